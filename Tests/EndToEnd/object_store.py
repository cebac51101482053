"""A small S3-compatible store for tests: keeps objects in memory, and checks each request's signature (AWS Signature Version
4) by the text of its specification, with nothing of ours."""

import hashlib
import hmac
import http.server
import re
import threading

ACCESS, SECRET, REGION = "CLEFINVENTEE", "secret-invente-0123456789", "fr-par"


class ObjectStore:
    def __init__(self):
        self.objects, self.refusals, self.puts, self.failing = {}, [], 0, 0
        store = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def answer(self, status, body=b""):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def take(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                problem = refusal(self.command, self.path, self.headers, body)
                if problem:
                    store.refusals.append(problem)
                    self.answer(403)
                    return None
                return body

            def do_GET(self):
                if self.take() is None:
                    return
                found = store.objects.get(self.path)
                self.answer(404 if found is None else 200, found or b"")

            def do_PUT(self):
                body = self.take()
                if body is None:
                    return
                if store.failing:
                    store.failing -= 1
                    self.answer(503)
                    return
                store.objects[self.path] = body
                store.puts += 1
                self.answer(200)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/sauvegardes/preau"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def refusal(method, path, headers, body):
    """What is wrong with a request's signature; None when nothing is."""
    found = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})",
        headers.get("Authorization") or "")
    if not found:
        return "no signature"
    access, day, region, signed, signature = found.groups()
    digest = hashlib.sha256(body).hexdigest()
    if headers["x-amz-content-sha256"] != digest or access != ACCESS or region != REGION:
        return "another body, key or region"
    lines = [f"{name}:{headers[name].strip()}" for name in signed.split(";")]
    canonical = "\n".join([method, path, "", *lines, "", signed, digest])
    text = "\n".join([
        "AWS4-HMAC-SHA256", headers["x-amz-date"], f"{day}/{region}/s3/aws4_request",
        hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{SECRET}".encode()
    for part in (day, region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    expected = hmac.new(key, text.encode(), "sha256").hexdigest()
    return None if hmac.compare_digest(expected, signature) else "a wrong signature"
