"""Walks every page of the route tables (`/routes` of a node and of the admin service), as each profile that may see it: a page
is covered the day it is declared. Addresses with parameters come from links that other pages have.

Of each page and profile: axe-core on a phone in light and on a desk in dark with everything unfolded, contrast in the two
other combinations, 320 pixels, 200 % in two ways, the outline, the tree that a screen reader gets, weight. Of each page once:
the Tab key through all of it, reduced motion, forms sent empty, dialogs.
"""

import pytest
from pages.browser import DESKTOP, SMALL_PHONE
from pages.site import SIGNS_OUT
from walk import every_page

# To be named for a screen reader to be of use.
NAMED = {
    "button", "checkbox", "combobox", "dialog", "form", "heading", "link", "menuitem", "navigation", "radio", "region", "search",
    "searchbox", "spinbutton", "tab", "table", "textbox", "group", "DisclosureTriangle",
}
UNNAMED_IS_FINE = {"form", "group", "search"}
MOST_BYTES = 150_000
# After the first visit: the page itself, and one more; everything else was kept by the browser.
MOST_REQUESTS = 2
MOST_TABS = 400


def pytest_generate_tests(metafunc):
    every_page(metafunc)


def visits(site, page):
    """An address of the page for each profile that reaches one."""
    process, route = page
    found = []
    for profile in site.profiles_of(process, route):
        place = site.places(profile).get(route["pattern"])
        if place:
            found.append(place)
    return found


def violations(browser, only=None):
    return browser.wait_for("preau.violations(arguments[0], arguments[1])", only)


def skeleton(browser):
    """What axe-core judges by: which elements stand in which, with their classes, roles and states, without the words. Pages
    that agree in it are judged once; the colours of each territory are computed in test_colours.py."""
    return browser.run("""
        const sign = each => each.localName + "." + String(each.className).replace(/\\b[rscdkh]\\d+\\b/g, "") + [...each.attributes]
            .filter(a => /^(role|aria-(?!label$|labelledby|describedby)|type|tabindex|open|required|lang|scope)/.test(a.name))
            .map(a => a.name + "=" + (a.name.startsWith("aria-") && a.value.length > 8 ? "" : a.value)) + (each.textContent.trim() ? "t" : "")
            + (each.id && document.querySelectorAll("#" + CSS.escape(each.id)).length > 1 ? "twice" : "");
        const found = new Set();
        const walk = (each, above) => {
            const here = [...above, sign(each)].slice(-4);
            found.add(here.join(">"));
            for (const child of each.children) walk(child, here);
        };
        walk(document.body, []);
        const landmarks = [...document.querySelectorAll("nav, section[aria-labelledby], [role=region], form[aria-label]")].length;
        return [landmarks, ...[...found].sort()].join("|")""")


def tree_faults(browser):
    """What is wrong with the roles and names of the accessibility tree."""
    nodes = browser.tell("Accessibility.getFullAXTree")["nodes"]
    shown = [each for each in nodes if not each.get("ignored")]
    roles = [each["role"]["value"] for each in shown]
    faults = []
    for role in ("main", "banner", "contentinfo"):
        if roles.count(role) != 1:
            faults.append(f"{roles.count(role)} times the role {role}")
    for each in shown:
        role, name = each["role"]["value"], each.get("name", {}).get("value", "").strip()
        if role in NAMED and role not in UNNAMED_IS_FINE and not name:
            faults.append(f"a {role} without a name")
    names = [each.get("name", {}).get("value") for each in shown if each["role"]["value"] == "navigation"]
    if len(names) != len(set(names)):
        faults.append(f"two navigations of one name: {sorted(names)}")
    return faults


@pytest.fixture(scope="session")
def judged():
    """The skeletons that axe-core has judged, in which look."""
    return set()


@pytest.fixture(scope="session")
def visited():
    """The sites of which the browser has seen a page: it has their style sheets and signs."""
    return set()


def judge(browser, judged, look, only=None):
    key = (look, skeleton(browser))
    if key in judged:
        return []
    judged.add(key)
    return violations(browser, only)


def test_every_page_is_reached(site, page):
    process, route = page
    assert visits(site, page), f"no profile finds a link to {route['pattern']}: {site.profiles_of(process, route)}"


def test_every_page_is_accessible_and_light_for_each_profile(site, browser, judged, visited, page):
    faults = []
    for place in visits(site, page):
        person = site.people[place.profile]
        browser.be(person)
        if browser.origin not in visited:
            visited.add(browser.origin)
            browser.open("/")
        browser.window(SMALL_PHONE, phone=True)
        # Still: in the middle of a change of colours there are others.
        browser.look(still=True)
        browser.open(place.path)

        def note(look, found):
            faults.extend(f"{place.profile} {place.path} {look}: {each}" for each in found)

        weight = browser.run("return preau.weight()")
        # Signing out has the browser forget what it kept of the site (Clear-Site-Data): it asks for everything again.
        is_heavy = weight["requests"] > MOST_REQUESTS and page[1]["pattern"] not in SIGNS_OUT
        if weight["bytes"] >= MOST_BYTES or weight["foreign"] or is_heavy:
            note("weight", [str(weight)])
        note("outline", browser.run("return preau.outline('fr')"))
        note("320 px", browser.run("return preau.overflow()"))
        note("phone, light", judge(browser, judged, "phone-light"))
        browser.look(dark=True, still=True)
        note("phone, dark", judge(browser, judged, "phone-dark", ["color-contrast"]))
        browser.window(DESKTOP)
        note("tree", tree_faults(browser))
        browser.run("document.querySelectorAll('details').forEach(each => each.open = true)")
        note("desktop, dark, unfolded", judge(browser, judged, "desktop-dark"))
        browser.look(still=True)
        note("desktop, light, unfolded", judge(browser, judged, "desktop-light", ["color-contrast"]))
        browser.window((640, 450))
        note("zoom 200 %", browser.run("return preau.overflow()"))
        browser.window(DESKTOP)
        browser.run("document.documentElement.style.fontSize = '200%'")
        note("text 200 %", browser.run("return preau.overflow()"))
    assert not faults, "\n".join(faults)


def test_every_page_is_used_by_keyboard_and_keeps_still(site, browser, page):
    """The Tab key reaches everything, shows where it is, and comes round; nothing moves for those who asked so."""
    places = visits(site, page)
    if not places:
        pytest.skip("not reached: another test fails")
    place = places[-1]
    browser.be(site.people[place.profile])
    browser.window(DESKTOP)
    browser.look(still=True)
    browser.open(place.path)
    assert browser.run("return preau.motion()") == []
    browser.run("preau.watchFocus()")
    count = browser.run("return preau.reachable().length")
    assert count < MOST_TABS, f"{count} stops before the end of {place.path}"
    # Regions that scroll are stops of their own.
    for number in range(2 * count + 20):
        browser.press("Tab", 9, held=True)
        if number >= count and browser.run("return document.activeElement === document.body || preau.came_round()"):
            break
    faults = browser.run("return preau.focusFaults()")
    assert not faults, f"{place.profile} {place.path}:\n" + "\n".join(faults)


def test_forms_sent_empty_say_what_is_wrong_at_the_field(site, browser, judged, page):
    places = visits(site, page)
    if not places:
        pytest.skip("not reached: another test fails")
    place = places[-1]
    browser.be(site.people[place.profile])
    browser.window(SMALL_PHONE, phone=True)
    browser.look(still=True)
    browser.open(place.path)
    sent = browser.run("""
        const form = [...document.querySelectorAll("main form[method=post]")].find(each => each.querySelector("[required]"));
        if (!form) return null;
        const wanted = [...form.querySelectorAll("[required]")];
        const emptied = wanted.filter(each => {
            if (each.localName === "select" && !each.querySelector("option[value='']")) return false;
            if (each.type === "radio" || each.type === "checkbox") each.checked = false; else each.value = "";
            return true;
        });
        if (!emptied.length) return null;
        form.submit();
        return new Set(emptied.map(each => each.name)).size""")
    if sent is None:
        return
    browser.open_is_done()
    wrong = browser.run("return document.querySelectorAll('main [aria-invalid=true], main .is-wrong').length")
    assert wrong >= 1, f"{place.path}: {sent} empty fields that are required, and none is said to be wrong"
    told = browser.run("""
        return [...document.querySelectorAll("main [aria-invalid=true], main .is-wrong")].map(each => (each.getAttribute("aria-describedby") || "")
            .split(" ").some(id => id.endsWith("-error") && document.getElementById(id)?.textContent.trim()))""")
    assert all(told), f"{place.path}: a wrong field without its error: {told}"
    first = browser.run("return document.activeElement.className + ' ' + document.activeElement.textContent.slice(0, 200)")
    assert first.startswith("summary"), f"{place.path}: the focus is not on the summary of errors but on {first!r}"
    assert browser.run("return document.title").startswith("Erreur"), f"{place.path}: the title does not say it"
    leads = browser.run("""
        return [...document.querySelectorAll(".summary a")].filter(each => !document.getElementById(each.hash.slice(1))).length""")
    assert leads == 0, f"{place.path}: an error leads nowhere"
    found = violations(browser)
    browser.look(dark=True, still=True)
    found += violations(browser, ["color-contrast"])
    found += browser.run("return preau.overflow()")
    assert not found, "\n".join(found)


def test_dialogs_open_close_and_give_the_focus_back(site, browser, page):
    places = visits(site, page)
    place = places[-1] if places else None
    if place is None:
        pytest.skip("not reached: another test fails")
    browser.be(site.people[place.profile])
    browser.window(DESKTOP)
    browser.look(dark=True, still=True)
    browser.open(place.path)
    count = browser.run("return document.querySelectorAll('main button[command=show-modal]').length")
    for number in range(min(count, 3)):
        browser.run(f"const opener = document.querySelectorAll('main button[command=show-modal]')[{number}]; opener.focus(); preau.opener = opener")
        browser.press("Enter", 13)
        assert browser.run("return document.querySelector('dialog:modal') !== null"), f"{place.path}: dialog {number} did not open"
        assert violations(browser) == []
        for _ in range(6):
            browser.press("Tab", 9)
            assert browser.run(
                "const at = document.activeElement; return at === document.body || document.querySelector('dialog:modal').contains(at)")
        # The Tab key may have gone on to the browser's own buttons.
        browser.run("document.querySelector('dialog:modal button').focus()")
        browser.press("Escape", 27)
        assert browser.wait_for("""
            const done = arguments[0], until = performance.now() + 5000;
            const look = () => {
                const good = document.querySelector("dialog:modal") === null && document.activeElement === preau.opener;
                if (good || performance.now() > until) done(good); else setTimeout(look, 10);
            };
            look()"""), f"{place.path}: dialog {number} did not close, or the focus is elsewhere"


# Forms and tables of many texts, of which the longer language is not always the same.
IN_ENGLISH = (
    "/imports", "/imports/{import}", "/imports/tables/{draft}", "/establishments/{establishment}/never-connected",
    "/admission/{scope}", "/admission/{scope}/rule", "/admission/{scope}/people")


@pytest.mark.parametrize("pattern", IN_ENGLISH)
def test_a_page_in_english_is_as_accessible(site, browser, pattern):
    person = site.people["territory_admin"]
    place = site.places("territory_admin")[pattern]
    person.cookies["preau_language"] = "en"
    try:
        browser.be(person)
        browser.window(SMALL_PHONE, phone=True)
        browser.look(still=True)
        browser.open(place.path)
        faults = browser.run("return preau.outline('en')") + browser.run("return preau.overflow()") + violations(browser)
        browser.window(DESKTOP)
        browser.run("document.querySelectorAll('details').forEach(each => each.open = true)")
        faults += tree_faults(browser) + violations(browser)
    finally:
        del person.cookies["preau_language"]
    assert not faults, "\n".join(faults)


def test_the_walk_is_worth_its_name(site):
    counts = {profile: len(site.places(profile)) for profile in site.people}
    assert set(counts) >= {"stranger", "pupil", "guardian", "teacher", "school_life", "head"}
    assert counts["school_life"] > counts["pupil"] >= 4, counts


def test_a_page_with_faults_is_found_out(browser, site):
    """The measures themselves can fail."""
    browser.be(site.people["stranger"])
    browser.window(SMALL_PHONE, phone=True)
    browser.look()
    browser.open("/login")
    browser.run("""
        document.querySelector("main").insertAdjacentHTML("beforeend",
            "<h1>Two</h1><img src='/x.png'><button></button><p class='bad'>Some words</p>");
        document.querySelector(".bad").style.cssText = "color:#999;background:#aaa;width:400px";
        const button = document.querySelector("main button"); button.style.outline = "none"; button.style.transition = "all 1s" """)
    found = " ".join(violations(browser))
    assert all(word in found for word in ("image-alt", "button-name", "color-contrast")), found
    assert any("h1" in each for each in browser.run("return preau.outline('fr')"))
    browser.run("document.querySelector('main').insertAdjacentHTML('beforeend', '<img alt src=/y.png>')")
    assert browser.wait_for("setTimeout(() => arguments[0](preau.weight().requests), 500)") > MOST_REQUESTS
    assert browser.run("return preau.overflow()")
    assert browser.run("return preau.motion()")
    assert any("button" in each for each in tree_faults(browser))
