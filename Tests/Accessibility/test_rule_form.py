"""What the form of an access rule leads to, which no address shows: who could sign in, before anything is saved."""

import pytest
from pages.browser import DESKTOP, SMALL_PHONE
from test_every_page import tree_faults, violations

FILL = """
    const set = (name, value) => { document.querySelector(`main [name="${name}"]`).value = value; };
    set("name", "essai-accessible"); set("reason_fr", "Réservé aux élèves.");
    document.querySelector("main [name=effect][value=refuse]").checked = true;
    document.querySelector("main [name=roles][value=guardian]").checked = true;
    document.querySelector("main [name=name]").form.submit();"""


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_simulation_of_a_rule_that_was_typed_is_accessible(site, browser, language):
    person = site.people["territory_admin"]
    place = site.places("territory_admin")["/admission/{scope}/rule"]
    person.cookies["preau_language"] = language
    try:
        browser.be(person)
        browser.window(SMALL_PHONE, phone=True)
        browser.look(still=True)
        browser.open(place.path)
        browser.run(FILL)
        browser.open_is_done()
        assert browser.run("return document.querySelectorAll('main input[name=simulation]').length") == 1, "it was not simulated"
        faults = browser.run(f"return preau.outline('{language}')") + browser.run("return preau.overflow()") + violations(browser)
        browser.look(dark=True, still=True)
        faults += violations(browser, ["color-contrast"])
        browser.window(DESKTOP)
        faults += tree_faults(browser) + violations(browser)
    finally:
        del person.cookies["preau_language"]
    assert not faults, "\n".join(faults)
