"""Files chosen in a form: sent while it is being filled in, taken off again; and the same form without a script."""

import base64
import hashlib
import os
import re

import time
import urllib.parse

import pytest
from line import Line
from pages.browser import DESKTOP, Browser
from pages.furnish import path_of
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

RATE = 400_000
LENGTH = 2_000_000


@pytest.fixture
def teacher(site):
    return site.people["teacher"]


@pytest.fixture
def form(site, browser, teacher):
    """The form of a new sequence, which can be taken away again."""
    browser.be(teacher)
    browser.window(DESKTOP)
    browser.look()
    browser.open(f"/homework/{teacher.account['establishments'][0]}/sequences/new")
    yield browser
    browser.tell("Network.emulateNetworkConditions", offline=False, latency=0, downloadThroughput=-1, uploadThroughput=-1)
    browser.tell("Emulation.setScriptExecutionDisabled", value=False)
    path = path_of(teacher)
    for each in teacher.ask("GET", f"{path}/sequences")["items"]:
        if each["title"] == "Envoyée par un navigateur":
            teacher.ask("DELETE", f"{path}/sequences/{each['id']}", headers={"If-Match": f'"{each["revision"]}"'})


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "feuille inventée.txt"
    path.write_bytes(base64.b64encode(os.urandom(LENGTH * 3 // 4)))
    return path


def choose(browser, path):
    browser.driver.find_element(By.CSS_SELECTOR, "input[type=file]").send_keys(str(path))


def until(browser, script, seconds=30):
    return WebDriverWait(browser.driver, seconds, 0.05).until(lambda _: browser.run("return " + script))


def fill_in(browser, name):
    browser.run("""
        document.querySelector("[name=title]").value = "Envoyée par un navigateur";
        document.querySelector("[name=text]").value = "# Séance inventée\\n@ " + arguments[0]""", name)


def send(browser):
    browser.run("document.querySelector('main form .actions button').click()")
    browser.open_is_done()


def kept(teacher, browser):
    """The bytes of the file of the sequence that the browser arrived at."""
    # Once its files are there, the form goes by itself.
    arrived = WebDriverWait(browser.driver, 30, 0.05).until(
        lambda driver: re.search(r"/sequences/([0-9a-f-]{36})", driver.current_url))
    identifier = arrived.group(1)
    path = path_of(teacher)
    step = teacher.ask("GET", f"{path}/sequences/{identifier}")["steps"][0]
    status, _, text = teacher.send("GET", f"{path}/files/{step['files'][0]}/content")
    assert status == 200
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_file_is_sent_with_its_progress_and_the_form_waits_for_it(form, teacher, file):
    browser = form
    slow = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": RATE}
    browser.tell("Network.emulateNetworkConditions", offline=False, **slow)
    choose(browser, file)
    until(browser, "(document.querySelector('.sending progress') || {}).value > 0.05")
    row = "document.querySelector('.sending li')"
    assert browser.run(f"return {row}.querySelector('progress').getAttribute('aria-label')") == file.name
    assert re.fullmatch(r"\d+\s%", browser.run(f"return {row}.querySelector('.share').textContent"))
    fill_in(browser, file.name)
    # Sent too early: the form waits for its files.
    browser.run("document.querySelector('main form .actions button').click()")
    assert "en cours d'envoi" in browser.run("return document.querySelector('.file-picker [role=status]').textContent").replace("’", "'")
    assert kept(teacher, browser) == hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.fixture
def line(site, teacher):
    line = Line(("127.0.0.1", urllib.parse.urlsplit(teacher.origin).port), RATE)
    yield line
    line.cut()


def test_an_upload_goes_on_where_it_was_when_the_network_is_back(line, site, teacher, file):
    browser = Browser(f"--host-resolver-rules=MAP * 127.0.0.1:{line.port}")
    try:
        browser.be(teacher)
        browser.open(f"/homework/{teacher.account['establishments'][0]}/sequences/new")
        choose(browser, file)
        # What the browser counts as sent may still be under way.
        WebDriverWait(browser.driver, 30, 0.05).until(lambda _: line.sent > LENGTH / 2)
        line.cut()
        fill_in(browser, file.name)
        browser.run("document.querySelector('main form .actions button').click()")
        time.sleep(2)
        assert "/sequences/new" in browser.driver.current_url, "the form waits for its file"
        assert browser.run("return document.querySelectorAll('.sending li progress').length") == 1, "nothing is given up"
        before = line.sent
        line.mend()
        # The form that was sent while there was no network goes by itself once its file is there.
        assert kept(teacher, browser) == hashlib.sha256(file.read_bytes()).hexdigest()
        assert line.sent - before < 0.75 * LENGTH, "not from the beginning"
    finally:
        browser.close()


def test_a_file_is_taken_off_again_and_a_refused_one_says_why(form, file, tmp_path):
    browser = form
    choose(browser, file)
    until(browser, "document.querySelector('.kept-files input[name=file]') !== null")
    assert browser.run("return document.querySelector('.kept-files').hidden") is False
    assert browser.run("return document.querySelector('input[type=file]').files.length") == 0, "not sent a second time"
    program = tmp_path / "jeu.exe"
    program.write_bytes(b"MZ" + bytes(4000))
    choose(browser, program)
    until(browser, "document.querySelector('.sending .field-error:not([hidden])') !== null")
    assert len(browser.run("return document.querySelector('.sending .field-error').textContent").strip()) > 10
    browser.run("document.querySelector('.sending button').click()")
    assert browser.run("return document.querySelectorAll('.sending li').length") == 0
    assert browser.run("return document.activeElement.type") == "file"


def test_the_same_form_without_a_script(form, teacher, file):
    browser = form
    browser.tell("Emulation.setScriptExecutionDisabled", value=True)
    browser.open(f"/homework/{teacher.account['establishments'][0]}/sequences/new")
    choose(browser, file)
    fill_in(browser, file.name)
    assert browser.run("return document.querySelectorAll('.sending li').length") == 0
    send(browser)
    assert kept(teacher, browser) == hashlib.sha256(file.read_bytes()).hexdigest()
