"""Second factors: an authenticator application by its standard, a passkey in Chromium's virtual authenticator, codes on paper."""

import base64
import hashlib
import hmac
import html
import re
import struct
import time

import pytest
from browsing import Visitor, account, host_of, visitor
from partners import preau

def one_time_code(secret, at=None):
    """RFC 6238, as an application computes it."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int((at or time.time()) // 30)), hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset:offset + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


@pytest.fixture
def person(stack, request):
    """Guessing slows an account down for a while: whoever is guessed at is somebody else."""
    guessed = request.node.name == "test_guessing_is_slowed_down_wherever_it_comes_from"
    return account(stack, "head", "grand-est" if guessed else "auvergne-rhone-alpes")


@pytest.fixture
def clean(stack, person):
    """The account as it was: without factors, before and after."""
    forget(stack, person)
    yield person
    forget(stack, person)


def forget(stack, person):
    import psycopg2
    with psycopg2.connect(stack["directory"]["conninfo"]) as directory, directory.cursor() as cursor:
        for table in ("second_factor", "recovery_code"):
            cursor.execute(
                f"delete from {table} where account_id = (select id from account where login = %s)", [person["login"]])


def add_application(browser):
    """Adds one; its secret and the recovery codes."""
    page = browser.get("/account/security/application")
    assert page.status == 200, page.header("Location")
    secret = html.unescape(re.search(r"<p><code>([A-Z2-7 ]+)</code>", page.text)[1]).replace(" ", "")
    wrong = browser.form(page, code="000000" if one_time_code(secret) != "000000" else "000001")
    assert wrong.status == 422
    # The step before: the present one stays good for what follows.
    done = browser.form(page, code=one_time_code(secret, time.time() - 30))
    assert done.status == 200, done.text[:300]
    return secret, re.findall(r"<li><code>([A-Z2-7-]{19})</code>", done.text)


def sign_in(stack, person, url=None):
    browser = Visitor(url or stack["front"], host_of(stack, person["territory"]))
    page = browser.get("/login?next=/timetable")
    return browser, browser.form(page, username=person["login"], password=person["password"])


def test_a_code_is_asked_for_and_used_once(stack, clean):
    browser = visitor(stack, clean)
    old = dict(browser.cookies)
    secret, codes = add_application(browser)
    assert len(set(codes)) == 10
    assert browser.cookies["preau_session"] != old["preau_session"]
    # The password alone opens nothing any more.
    other, sent = sign_in(stack, clean)
    assert sent.status == 303 and sent.header("Location").startswith("/login/factor?next=")
    for path in ("/home", "/timetable", "/account"):
        assert other.get(path).header("Location").startswith("/login/factor")
    refused = other.get("/api/v1/session", Accept="application/json")
    assert refused.status == 401 and refused.code == "preau.identity.second_factor_needed"
    assert other.get("/cas/login").header("Location") == "/login"
    page = other.get(sent.header("Location"))
    assert 'autocomplete="one-time-code"' in page.text
    assert other.form(page, code="12345").status == 401
    code = one_time_code(secret)
    before = other.cookies["preau_session"]
    entered = other.form(page, code=code)
    assert entered.status == 303 and entered.header("Location") == "/timetable", entered.text[:300]
    assert other.cookies["preau_session"] != before, "another number after signing in"
    assert other.get("/timetable").status == 200
    # Not again, on any node: neither the code nor the session that was left.
    again, sent = sign_in(stack, clean, stack["nodes"][-1]["url"])
    assert again.form(again.get(sent.header("Location")), code=code).status == 401
    other.cookies["preau_session"] = before
    assert other.get("/timetable").header("Location").startswith("/login")


def test_recovery_codes_are_good_once(stack, clean):
    _, codes = add_application(visitor(stack, clean))
    for expected in (303, 401):
        browser, sent = sign_in(stack, clean)
        assert browser.form(browser.get(sent.header("Location")), code=codes[0].lower()).status == expected
    browser.get("/logout")


def test_guessing_is_slowed_down_wherever_it_comes_from(stack, clean):
    add_application(visitor(stack, clean))
    statuses = []
    for number in range(8):
        browser, sent = sign_in(stack, clean, stack["nodes"][number % 2]["url"])
        answer = browser.form(browser.get(sent.header("Location")), code=f"{number:06}")
        statuses.append(answer.status)
    assert statuses[0] == 401 and 429 in statuses, statuses
    assert statuses[-1] == 429 and int(answer.header("Retry-After")) > 0, statuses


def test_the_api_asks_as_well(stack, clean):
    secret, codes = add_application(visitor(stack, clean))
    browser = Visitor(stack["front"])
    body = {"username": clean["login"], "password": clean["password"]}
    answer = browser.call("POST", "/api/v1/session", body)
    assert answer.status == 401 and answer.code == "preau.identity.second_factor_needed"
    assert "preau_session" in browser.cookies
    assert browser.call("POST", "/api/v1/session/factor", {"code": "000000"}).status == 401
    done = browser.call("POST", "/api/v1/session/factor", {"code": codes[1]})
    assert done.status == 201 and done.json["account"]["id"] and done.json["csrf_token"]
    assert browser.get("/api/v1/session").status == 200
    assert Visitor(stack["front"]).call("POST", "/api/v1/session/factor", {"code": "000000"}).status == 401


def test_changing_factors_asks_for_one(stack, clean):
    first = visitor(stack, clean)
    stale = visitor(stack, clean)
    secret, codes = add_application(first)
    page = first.get("/account/security")
    assert page.status == 200 and "Il reste 10 codes de secours" in page.text
    # A session from before knows the password only.
    assert stale.get("/account/security").header("Location") == "/login/factor?next=%2Faccount%2Fsecurity"
    removal = re.search(r'action="(/account/security/[0-9a-f-]{36}/remove)"', page.text)[1]
    assert stale.send("POST", removal, b"", {"Content-Type": "application/x-www-form-urlencoded"}).status == 403
    fields = re.search(re.escape(removal) + r'.*?name="csrf_token" value="([^"]+)"', page.text)[1]
    done = first.send(
        "POST", removal, f"csrf_token={fields}".encode(), {"Content-Type": "application/x-www-form-urlencoded"})
    assert done.status == 303
    browser, sent = sign_in(stack, clean)
    assert sent.header("Location") == "/timetable", "without a factor the password is enough again"


def test_openid_says_how_strong(stack, stack_state, clean):
    from openid_client import Client
    client = Client(stack, stack_state)
    browser = visitor(stack, clean)
    assert client.claims(client.tokens(browser)["id_token"])["acr"] == "urn:preau:acr:password"
    add_application(browser)
    claims = client.claims(client.tokens(browser, acr_values="urn:preau:acr:multi-factor")["id_token"])
    assert claims["acr"] == "urn:preau:acr:multi-factor" and set(claims["amr"]) >= {"pwd", "otp", "mfa"}


def test_passkey_in_a_browser(stack, clean):
    from selenium import webdriver
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.virtual_authenticator import VirtualAuthenticatorOptions
    from selenium.webdriver.support.ui import WebDriverWait
    options = webdriver.ChromeOptions()
    for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--host-resolver-rules=MAP *.localhost 127.0.0.1"):
        options.add_argument(word)
    driver = webdriver.Chrome(options=options, service=webdriver.chrome.service.Service("/usr/bin/chromedriver"))
    site = f"http://{host_of(stack, clean['territory'])}:{stack['front'].rsplit(':', 1)[1]}"
    wait = WebDriverWait(driver, 20)

    def password():
        driver.get(site + "/login?next=/account/security")
        driver.find_element(By.NAME, "username").send_keys(clean["login"])
        driver.find_element(By.NAME, "password").send_keys(clean["password"])
        driver.find_element(By.CSS_SELECTOR, "main form button[type=submit]").click()

    try:
        authenticator = VirtualAuthenticatorOptions()
        authenticator.is_user_verified = True
        driver.add_virtual_authenticator(authenticator)
        password()
        form = "form[data-passkey=create]"
        wait.until(lambda _: driver.find_element(By.CSS_SELECTOR, form).is_displayed())
        driver.find_element(By.CSS_SELECTOR, form + " input[name=name]").send_keys("Clé d'essai")
        driver.find_element(By.CSS_SELECTOR, form + " button").click()
        wait.until(lambda _: driver.find_elements(By.CSS_SELECTOR, "main li code"))
        driver.delete_all_cookies()
        password()
        form = "form[data-passkey=get]"
        wait.until(lambda _: driver.find_element(By.CSS_SELECTOR, form).is_displayed())
        driver.find_element(By.CSS_SELECTOR, form + " button").click()
        wait.until(lambda _: driver.current_url == site + "/account/security")
        assert "Clé d'essai" in driver.page_source.replace("’", "'").replace("&#39;", "'")
    finally:
        driver.quit()


# People's sessions, for those who look after a school


def test_operators_list_and_end_sessions(stack, stack_state):
    teacher, pupil = account(stack, "teacher", "centre-val-de-loire"), account(stack, "pupil", "centre-val-de-loire")
    first, second = visitor(stack, teacher), visitor(stack, teacher, stack["nodes"][1]["url"])
    child = visitor(stack, pupil)
    uai = teacher["establishments"][0]
    listed = preau(stack_state, "sessions", "list", "--login", teacher["login"])["items"]
    assert len(listed) >= 2 and all(each["login"] == teacher["login"] for each in listed), "both nodes' are known"
    assert any(each["login"] == teacher["login"] for each in
               preau(stack_state, "sessions", "list", "--establishment", uai, "--profile", "teacher")["items"])
    assert preau(stack_state, "sessions", "kill", "--establishment", uai, "--profile", "teacher")["ended"] >= 2
    for browser in (first, second):
        assert browser.get("/api/v1/session").status == 401
    if pupil["establishments"] == teacher["establishments"]:
        assert child.get("/api/v1/session").status == 200
    assert preau(stack_state, "sessions", "kill", "--login", pupil["login"])["ended"] >= 1
    assert child.get("/api/v1/session").status == 401
    assert preau(stack_state, "sessions", "kill", "--login", "nobody.at.all", check=False).returncode == 1
