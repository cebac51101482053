"""A mail server for tests: takes what it is told to take, and keeps it.

As a program, for tests in Swift: tells its port, and asked by a line, the verbs that it heard. `starttls`: has a certificate that
nobody trusts. `USER:PASSWORD`: takes nothing without them.
"""

import base64
import contextlib
import email
import email.policy
import json
import socketserver
import ssl
import subprocess
import sys
import tempfile
import threading


class Session(socketserver.StreamRequestHandler):
    """One connection, as much of RFC 5321 as a client needs."""

    timeout = 20

    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self):
        server = self.server
        self.say("220 mail.invalid ESMTP")
        sender, recipients = None, []
        while line := self.rfile.readline(2000):
            words = line.decode("ascii", "replace").strip()
            verb = words[:4].upper()
            server.heard.append(words.split()[0].upper())
            if verb == "EHLO":
                self.say("250-mail.invalid")
                if server.context:
                    self.say("250-STARTTLS")
                if server.account:
                    self.say("250-AUTH PLAIN")
                self.say("250 8BITMIME")
            elif verb == "STAR":
                self.say("220 go on")
                self.connection = server.context.wrap_socket(self.connection, server_side=True)
                self.setup()
            elif verb == "AUTH":
                # What is told may come with the verb, or after it was asked for.
                if len(words.split()) < 3:
                    self.say("334 ")
                    words += " " + self.rfile.readline(2000).decode("ascii", "replace").strip()
                told = base64.b64decode(words.split()[2]).split(b"\0")[1:]
                self.say("235 welcome" if b":".join(told).decode() == server.account else "535 no")
            elif verb == "MAIL":
                sender, recipients = words.partition(":")[2].split()[0], []
                self.say("250 ok")
            elif verb == "RCPT":
                address = words.partition(":")[2].split()[0].strip("<>")
                answer = server.answer(address)
                if answer.startswith("2"):
                    recipients.append(address)
                self.say(answer)
            elif verb == "DATA":
                self.say("354 go on")
                content = b""
                while (line := self.rfile.readline(2000)) not in (b".\r\n", b""):
                    content += line[1:] if line.startswith(b".") else line
                with server.lock:
                    server.taken.append((sender, recipients, content))
                if server.breaks_off(len(server.taken)):
                    return
                self.say("250 taken")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")


class MailServer(socketserver.ThreadingTCPServer):
    """`answers`: what is said to some recipients in place of `250 ok`. `broken_off`: after which mails the line is cut before
    an answer."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port):
        super().__init__(("127.0.0.1", port), Session)
        self.lock, self.taken, self.answers, self.broken_off = threading.Lock(), [], {}, set()
        self.default = "250 ok"
        self.heard, self.context, self.account = [], None, None

    def answer(self, address):
        return self.answers.get(address, self.default)

    def breaks_off(self, number):
        return number in self.broken_off

    @property
    def mails(self):
        with self.lock:
            return [email.message_from_bytes(content, policy=email.policy.default) for _, _, content in self.taken]


@contextlib.contextmanager
def mail_server(port):
    with MailServer(port) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def certificate():
    """A context with a certificate that nobody has vouched for."""
    with tempfile.TemporaryDirectory() as folder:
        key, own = f"{folder}/key", f"{folder}/own"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", own, "-days", "2", "-subj", "/CN=localhost"],
            check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(own, key)
        return context


def main():
    with mail_server(0) as server:
        for word in sys.argv[1:]:
            if word == "starttls":
                server.context = certificate()
            else:
                server.account = word
        print(server.server_address[1], flush=True)
        # A line, not the end of the input: a program started meanwhile may hold the other end of the pipe open.
        sys.stdin.readline()
        print(json.dumps({"heard": server.heard, "taken": len(server.taken)}), flush=True)


if __name__ == "__main__":
    main()
