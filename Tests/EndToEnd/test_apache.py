"""A real Apache as a partner: mod_auth_openidc as the client of OpenID Connect, mod_auth_mellon as the service provider of SAML."""

import time

import pytest
from apache import Apache, Browser
from browsing import account, visitor


@pytest.fixture(scope="module")
def apache(site):
    apache = Apache(*site)
    yield apache
    apache.close()


@pytest.fixture
def person(stack):
    return account(stack, "teacher", "seine-et-marne")


def is_out(apache, browser, path):
    answer = apache.follow(browser.get(path), browser)
    return answer.status in (302, 303) and answer.header("Location").startswith(apache.front)


def awaited(what, seconds=10):
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_mod_auth_openidc_signs_somebody_in_on_any_node(stack, apache, person):
    names = set()
    for node in stack["nodes"]:
        there = visitor(stack, person).at(node["url"])
        there.host = apache.front.removeprefix("http://")
        browser, page = apache.enter("/openid/", there)
        assert page.status == 200 and page.text == "page openid\n", apache.log()
        names.add((page.header("X-User"), page.header("X-Name")))
        # Its session is its own: nobody is asked again.
        assert browser.get("/openid/").status == 200
    user, name = names.pop()
    assert not names and user.endswith(f"@{apache.front}/oidc") and name
    assert is_out(apache, Browser(apache.url), "/openid/")


def test_signing_out_here_ends_it_there_behind_the_browsers_back(stack, apache, person):
    there = visitor(stack, person)
    there.host = apache.front.removeprefix("http://")
    openid, page = apache.enter("/openid/", there)
    saml, other = apache.enter("/saml/", there)
    assert page.status == other.status == 200, apache.log()
    there.call("DELETE", "/api/v1/session")
    awaited(lambda: is_out(apache, openid, "/openid/"))
    awaited(lambda: is_out(apache, saml, "/saml/"))


def test_signing_out_there_ends_it_here(stack, apache, person):
    there = visitor(stack, person)
    there.host = apache.front.removeprefix("http://")
    browser, _ = apache.enter("/openid/", there)
    sent = browser.get(f"/callback?logout={apache.url}/index.html")
    assert sent.header("Location").startswith(apache.front + "/oidc/logout?"), apache.log()
    back = there.get(sent.header("Location").removeprefix(apache.front))
    assert back.status == 303 and back.header("Location").startswith(apache.url + "/index.html")
    assert there.get("/home").status == 303 and is_out(apache, browser, "/openid/")


def test_mellon_signs_somebody_in_and_out(stack, apache, person):
    there = visitor(stack, person)
    there.host = apache.front.removeprefix("http://")
    browser, page = apache.enter("/saml/", there)
    assert page.status == 200 and page.text == "page saml\n", apache.log()
    assert page.header("X-User") == person["login"] and page.header("X-Name")
    sent = browser.get(f"/mellon/logout?ReturnTo={apache.url}/index.html")
    assert sent.header("Location").startswith(apache.front + "/saml/logout?SAMLRequest="), apache.log()
    back = there.get(sent.header("Location").removeprefix(apache.front))
    assert back.header("Location").startswith(apache.url + "/mellon/logout?SAMLResponse="), back.text[:500]
    last = apache.follow(browser.get(back.header("Location").removeprefix(apache.url)), browser)
    assert last.status == 200 and last.text == "page \n", apache.log()
    assert there.get("/home").status == 303 and is_out(apache, browser, "/saml/")
