"""CAS proxy tickets: python-cas as the service that asks another in a person's name, and what others try."""

import http.server
import re
import threading
import urllib.parse

import pytest
from browsing import Visitor, account, visitor
from partners import Partner, preau, register
from test_cas import enter, is_valid, pupil, ticket_of, validate


class Callback:
    """Where granting tickets are sent."""

    def __init__(self):
        callback = self
        self.heard, self.status = [], 200

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                callback.heard.append(dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query)))
                self.send_response(callback.status)
                if callback.status == 302:
                    self.send_header("Location", f"http://127.0.0.1:{callback.server.server_port}/pgt/else")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/pgt/here"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="module")
def services(site):
    """One that asks, one that is asked, and the address of the first for granting tickets."""
    stack, state = site
    first, second, callback = Partner(), Partner(), Callback()
    added = [register(stack, state, "cas", first.url, "--proxy-callback", callback.url.removesuffix("here")),
             register(stack, state, "cas", second.url, "--profiles", "pupil")]
    yield first, second, callback
    for each in added:
        preau(state, "service", "remove", each["id"])
    for each in (first, second, callback):
        each.close()


def granted(stack, services, browser, node=None, **more):
    """The granting ticket of a new sign-on, which only its address was told."""
    first, _, callback = services
    callback.heard.clear()
    answer = validate(node or stack["front"], first.url, ticket_of(enter(browser, first.url)), pgtUrl=callback.url, **more)
    assert is_valid(answer.text) and "authenticationSuccess" in answer.text, answer.text
    stand = re.search(r"<cas:proxyGrantingTicket>(PGTIOU-[0-9a-f]{48})<", answer.text)[1]
    assert [each["pgtIou"] for each in callback.heard] == [stand]
    assert callback.heard[0]["pgtId"] not in answer.text
    return callback.heard[0]["pgtId"]


def ask(url, ticket, target):
    answer = Visitor(url).get("/cas/proxy?" + urllib.parse.urlencode({"pgt": ticket, "targetService": target}))
    assert answer.status == 200 and is_valid(answer.text) and answer.header("Cache-Control") == "no-store"
    return answer.text


def proxy_ticket(text):
    return re.search(r"<cas:proxyTicket>(PT-[0-9a-f]{48})</cas:proxyTicket>", text)[1]


def test_a_service_asks_another_in_a_persons_name(stack, services):
    first, second, callback = services
    one, other = (node["url"] for node in stack["nodes"][:2])
    person = pupil(stack)
    granting = granted(stack, services, visitor(stack, person, one), other)
    for _ in range(2):
        ticket = proxy_ticket(ask(one, granting, second.url))
        answer = validate(other, second.url, ticket, "/cas/p3/proxyValidate")
        assert is_valid(answer.text) and f"<cas:user>{person['login']}</cas:user>" in answer.text
        assert f"<cas:proxies><cas:proxy>{callback.url}</cas:proxy></cas:proxies>" in answer.text
        assert 'code="INVALID_TICKET"' in validate(one, second.url, ticket, "/cas/p3/proxyValidate").text, "once"
    value = validate(one, second.url, proxy_ticket(ask(one, granting, second.url)), "/cas/p3/proxyValidate", format="JSON").json
    assert value["serviceResponse"]["authenticationSuccess"]["proxies"] == [callback.url]


def test_python_cas_gets_one(stack, services):
    import cas
    first, second, callback = services
    client = cas.CASClient(version=3, service_url=first.url, server_url=stack["front"] + "/cas/", proxy_callback=callback.url)
    callback.heard.clear()
    person = pupil(stack)
    user, _, stand = client.verify_ticket(ticket_of(enter(visitor(stack, person), first.url)))
    assert user == person["login"] and stand == callback.heard[0]["pgtIou"]
    other = cas.CASClient(version=3, service_url=second.url, server_url=stack["front"] + "/cas/")
    # It puts the slash there itself, this time.
    other.server_url = other.server_url.rstrip("/")
    ticket = other.get_proxy_ticket(callback.heard[0]["pgtId"])
    other.server_url += "/"
    assert re.fullmatch(r"PT-[0-9a-f]{48}", ticket)
    # Who does not take what another asked for says so by where it asks.
    assert other.verify_ticket(ticket)[0] is None


def test_who_gets_none(stack, services):
    first, second, callback = services
    browser = visitor(stack, pupil(stack))

    def answer(url, service=first):
        return validate(stack["front"], service.url, ticket_of(enter(browser, service.url)), pgtUrl=url).text
    callback.heard.clear()
    for url in ("https://evil.example/pgt/", callback.url.replace("/pgt/", "/other/"), callback.url.replace("/pgt/", "/pgt/../x/"),
                callback.url.replace("http://", "https://"), "x"):
        text = answer(url)
        assert 'code="INVALID_PROXY_CALLBACK"' in text and is_valid(text)
    # Not registered for any: its answer is as without asking.
    text = answer(callback.url, second)
    assert "authenticationSuccess" in text and "proxyGrantingTicket" not in text
    assert not callback.heard
    # One that does not take it, or leads somewhere else, has none.
    for status in (500, 302, 404):
        callback.status, callback.heard = status, []
        text = answer(callback.url)
        callback.status = 200
        assert "authenticationSuccess" in text and "proxyGrantingTicket" not in text and len(callback.heard) == 1
        assert 'code="INVALID_TICKET"' in ask(stack["front"], callback.heard[0]["pgtId"], second.url)


def test_tickets_are_not_taken_for_one_another(stack, services):
    first, second, _ = services
    front = stack["front"]
    browser = visitor(stack, pupil(stack))
    granting = granted(stack, services, browser)
    ticket = proxy_ticket(ask(front, granting, second.url))
    for path in ("/cas/serviceValidate", "/cas/p3/serviceValidate"):
        assert 'code="INVALID_TICKET_SPEC"' in validate(front, second.url, ticket, path).text
    assert validate(front, second.url, ticket, "/cas/validate").text == "no\n\n"
    assert 'code="INVALID_TICKET"' in validate(front, second.url, "ST-" + ticket[3:]).text
    service = ticket_of(enter(browser, second.url))
    assert 'code="INVALID_TICKET"' in validate(front, second.url, "PT-" + service[3:], "/cas/proxyValidate").text
    # It is still good for what it is, and for its own service only.
    assert 'code="INVALID_SERVICE"' in validate(front, first.url, ticket, "/cas/proxyValidate").text
    for wrong in (ticket, service, "PGT-" + ticket[3:], granting.replace("PGT-", "PGTIOU-"), ""):
        assert "proxyFailure" in ask(front, wrong, second.url)
    for target in ("https://evil.example/", "x", ""):
        text = ask(front, granting, target)
        assert "proxyFailure" in text and "PT-" not in text
    assert 'code="INVALID_TICKET"' in validate(
        front, second.url, proxy_ticket(ask(front, granting, second.url)), "/cas/proxyValidate", renew="true").text


def test_it_ends_with_the_session_and_is_for_whom_the_other_is_open_to(stack, services):
    _, second, _ = services
    teacher = account(stack, "teacher", "seine-et-marne")
    granting = granted(stack, services, visitor(stack, teacher))
    assert 'code="UNAUTHORIZED_SERVICE"' in ask(stack["front"], granting, second.url), "for pupils"
    browser = visitor(stack, pupil(stack))
    granting = granted(stack, services, browser)
    ticket = proxy_ticket(ask(stack["front"], granting, second.url))
    browser.call("DELETE", "/api/v1/session")
    assert 'code="INVALID_TICKET"' in validate(stack["front"], second.url, ticket, "/cas/proxyValidate").text
    assert 'code="INVALID_TICKET"' in ask(stack["front"], granting, second.url)
