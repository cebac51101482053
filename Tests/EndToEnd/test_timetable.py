"""The timetable as each person meets it, on two nodes and two shards."""

import datetime
import json
import os
import subprocess
import uuid

import pytest
from browsing import Visitor, account, host_of, visitor
from stack import school_day
from stack.build import BUILT


def shards_of(stack, uais):
    found = set()
    for uai in uais:
        shown = subprocess.run(
            [BUILT / "preau", "--state", os.environ["PREAU_STATE"], "establishment", "show", uai, "--json"], check=True,
            capture_output=True, text=True)
        found.add(json.loads(shown.stdout)["shard"])
    return found


def school_week(browser, **query):
    """A week with lessons: this one or one of the next three."""
    day = school_day.today()
    for _ in range(4):
        words = "&".join(f"{key}={value}" for key, value in (query | {"date": day}).items())
        answer = browser.get(f"/api/v1/me/timetable?{words}")
        assert answer.status == 200, answer.text
        if any(view["lessons"] for view in answer.json["timetables"]):
            return answer.json
        day += datetime.timedelta(days=7)
    raise AssertionError("no week with lessons")


class Editor:
    """School life of an establishment, a pupil of it, and a planned lesson of the pupil's."""

    def __init__(self, stack, territory="eure"):
        self.staff_account = account(stack, "school_life", territory)
        self.uai = self.staff_account["establishments"][0]
        self.pupil_account = next(
            each for each in stack["accounts"]
            if each["profile"] == "pupil" and each["establishments"] == [self.uai])
        self.staff = visitor(stack, self.staff_account)
        self.pupil = visitor(stack, self.pupil_account)
        week = school_week(self.pupil)
        self.monday = week["from"]
        lessons = week["timetables"][0]["lessons"]
        self.lesson = next(each for each in lessons if each["status"] == "planned")

    def path(self, rest):
        return f"/api/v1/establishments/{self.uai}/{rest}"

    def seen(self, browser=None):
        """What the pupil sees of the lesson that day."""
        answer = (browser or self.pupil).get(f"/api/v1/me/timetable?view=day&date={self.lesson['date']}")
        assert answer.status == 200
        return next(each for each in answer.json["timetables"][0]["lessons"] if each["lesson"] == self.lesson["lesson"])


@pytest.fixture
def editor(stack):
    return Editor(stack)


def test_a_pupil_sees_the_week_as_json_and_as_a_page(stack):
    browser = visitor(stack, account(stack, "pupil", "seine-et-marne"))
    week = school_week(browser)
    lessons = week["timetables"][0]["lessons"]
    assert len(lessons) >= 15
    assert [(each["date"], each["start"]) for each in lessons] == sorted((each["date"], each["start"]) for each in lessons)
    assert all(each["subject"]["name"] and each["teachers"] for each in lessons if each["status"] == "planned")
    page = browser.get(f"/timetable?date={week['from']}")
    assert page.status == 200
    for each in lessons:
        assert each["subject"]["name"].replace("'", "’") in page.text or each["subject"]["name"] in page.text
    day = browser.get(f"/timetable?view=day&date={lessons[0]['date']}")
    assert day.status == 200


def test_one_guardian_sees_children_of_two_schools_on_two_shards(stack):
    guardian = account(stack, "guardian", schools=2)
    assert len(shards_of(stack, guardian["establishments"])) == 2
    browser = visitor(stack, guardian)
    children = browser.get("/api/v1/me/children").json
    assert children["complete"]
    assert {each["establishment"] for each in children["children"]} == set(guardian["establishments"])
    for child in children["children"]:
        week = school_week(browser, pupil=child["pupil"])
        assert week["timetables"][0]["of"] == {"kind": "pupil", "id": child["pupil"], "name": child["name"]}
        page = browser.get(f"/timetable?pupil={child['pupil']}")
        assert page.status == 200 and child["name"] in page.text


def test_a_teacher_of_two_schools_sees_both(stack):
    browser = visitor(stack, account(stack, "teacher", schools=2))
    week = school_week(browser)
    assert len({view["establishment"]["uai"] for view in week["timetables"]}) == 2


def test_a_guardian_does_not_see_another_child(stack):
    guardian = visitor(stack, account(stack, "guardian", "seine-et-marne"))
    pupil = visitor(stack, account(stack, "pupil", "seine-et-marne", index=1))
    stranger = pupil.get("/api/v1/me/timetable").json["timetables"][0]["of"]["id"]
    for path in (f"/api/v1/me/timetable?pupil={stranger}", f"/timetable?pupil={stranger}"):
        assert guardian.get(path).status == 404


def test_staff_read_classes_teachers_and_rooms(stack):
    teacher_account = account(stack, "teacher", "eure")
    uai = teacher_account["establishments"][0]
    browser = visitor(stack, teacher_account)
    reference = browser.get(f"/api/v1/establishments/{uai}/timetable").json
    assert reference["periods"] and reference["weeks"]
    for kind in ("groups", "teachers", "rooms"):
        one = reference[kind][0]["id"]
        assert browser.get(f"/api/v1/establishments/{uai}/timetable/{kind}/{one}").status == 200
        assert browser.get(f"/timetable/{uai}/{kind}/{one}").status == 200
        assert browser.get(f"/api/v1/establishments/{uai}/timetable/{kind}/{uuid.uuid4()}").status == 404


def test_a_change_is_seen_at_once_on_every_node_and_its_reason_only_by_staff(stack, editor):
    answer = editor.staff.call("POST", editor.path("lesson-changes"), {
        "kind": "cancelled", "lesson": editor.lesson["lesson"], "date": editor.lesson["date"],
        "public_note": "Professeur absent", "private_reason": "motif-tres-secret"})
    assert answer.status == 201, answer.text
    try:
        for node in stack["nodes"]:
            seen = editor.seen(editor.pupil.at(node["url"]))
            assert (seen["status"], seen["note"]) == ("cancelled", "Professeur absent")
        for path in (f"/api/v1/me/timetable?date={editor.monday}", f"/timetable?date={editor.monday}"):
            assert "motif-tres-secret" not in editor.pupil.get(path).text
        page = editor.staff.get(f"/timetable/{editor.uai}/lessons/{editor.lesson['lesson']}/{editor.lesson['date']}")
        assert "motif-tres-secret" in page.text
    finally:
        taken_back = editor.staff.call("DELETE", editor.path(f"lesson-changes/{answer.json['id']}"))
    assert taken_back.status == 204
    for node in stack["nodes"]:
        assert editor.seen(editor.pupil.at(node["url"]))["status"] == "planned"


def test_the_same_write_sent_twice_is_done_once(editor):
    body = {"kind": "cancelled", "lesson": editor.lesson["lesson"], "date": editor.lesson["date"]}
    key = {"Idempotency-Key": f"key-{uuid.uuid4()}"}
    first = editor.staff.call("POST", editor.path("lesson-changes"), body, key)
    again = editor.staff.call("POST", editor.path("lesson-changes"), body, key)
    assert first.status == again.status == 201
    assert first.json == again.json
    other = editor.staff.call("POST", editor.path("lesson-changes"), body | {"public_note": "autre"}, key)
    assert (other.status, other.code) == (422, "preau.school.idempotency_key_reused")
    assert editor.staff.call("DELETE", editor.path(f"lesson-changes/{first.json['id']}")).status == 204
    assert editor.staff.call("DELETE", editor.path(f"lesson-changes/{first.json['id']}")).status == 404


def test_a_lesson_is_added_shown_with_its_conflicts_changed_and_removed(editor):
    reference = editor.staff.get(editor.path("timetable")).json
    week = [each for each in reference["weeks"] if each["kind"] != "off"]
    body = {
        "subject": editor.lesson["subject"]["id"], "teachers": [each["id"] for each in editor.lesson["teachers"]],
        "groups": [each["id"] for each in editor.lesson["groups"]], "rooms": [],
        "weekday": datetime.date.fromisoformat(editor.lesson["date"]).isoweekday(), "start": editor.lesson["start"],
        "end": editor.lesson["end"], "cycle": "every", "from": week[0]["monday"], "until": week[-1]["monday"]}
    added = editor.staff.call("POST", editor.path("lessons"), body)
    assert added.status == 201, added.text
    kinds = {each["kind"] for each in added.json["conflicts"] if each["lesson"] == editor.lesson["lesson"]}
    assert kinds == {"teacher", "group"}
    path = editor.path(f"lessons/{added.json['id']}")
    read = editor.staff.get(path)
    assert read.header("ETag") == '"1"'
    changed = editor.staff.call("PUT", path, body | {"weekday": 6}, {"If-Match": '"1"'})
    assert changed.status == 200 and changed.json["revision"] == 2 and not changed.json["conflicts"]
    stale = editor.staff.call("PUT", path, body, {"If-Match": '"1"'})
    assert (stale.status, stale.code) == (412, "preau.timetable.lesson_changed")
    assert editor.staff.call("PUT", path, body).status == 428
    assert editor.staff.call("DELETE", path, headers={"If-Match": '"2"'}).status == 204
    assert editor.staff.get(path).status == 404


@pytest.mark.parametrize("change, code", [
    ({"end": "07:00"}, "preau.timetable.invalid"),
    ({"groups": []}, "preau.timetable.invalid"),
    ({"subject": str(uuid.uuid4())}, "preau.timetable.unknown_reference"),
    ({"weekday": 8}, "preau.web.invalid_body"),
    ({"from": "2026-02-30"}, "preau.web.invalid_body"),
    ({"extra": 1}, "preau.web.invalid_body"),
])
def test_a_lesson_that_makes_no_sense_is_refused(editor, change, code):
    body = {
        "subject": editor.lesson["subject"]["id"], "teachers": [], "rooms": [], "weekday": 1, "start": "08:00",
        "groups": [each["id"] for each in editor.lesson["groups"]], "end": "09:00", "cycle": "every",
        "from": editor.monday, "until": editor.monday}
    answer = editor.staff.call("POST", editor.path("lessons"), body | change)
    assert answer.code == code, answer.text


def test_a_week_that_becomes_off_has_no_lessons(editor):
    path = editor.path(f"timetable/weeks/{editor.monday}")
    weeks = editor.staff.get(editor.path("timetable")).json["weeks"]
    before = next(each["kind"] for each in weeks if each["monday"] == editor.monday)
    assert editor.staff.call("PUT", path, {"kind": "off"}).status == 204
    try:
        shown = editor.pupil.get(f"/api/v1/me/timetable?date={editor.monday}").json["timetables"][0]["lessons"]
        assert [each for each in shown if each["status"] in ("planned", "cancelled")] == []
    finally:
        assert editor.staff.call("PUT", path, {"kind": before}).status == 204
    assert editor.pupil.get(f"/api/v1/me/timetable?date={editor.monday}").json["timetables"][0]["lessons"]


def test_editing_by_forms_without_javascript(editor):
    page = editor.staff.get(f"/timetable/{editor.uai}/lessons/{editor.lesson['lesson']}/{editor.lesson['date']}")
    assert page.status == 200
    wrong = editor.staff.form(page, kind="moved", new_date="", public_note="Gardé", new_start="10:00", new_end="09:00")
    assert wrong.status == 422
    assert "Gardé" in wrong.text, "what was typed is lost"
    done = editor.staff.form(page, kind="room_changed", rooms=editor.staff.get(editor.path("timetable")).json["rooms"][0]["id"])
    assert done.status == 303
    assert editor.seen()["status"] == "room_changed"
    page = editor.staff.get(f"/timetable/{editor.uai}/lessons/{editor.lesson['lesson']}/{editor.lesson['date']}")
    restore = editor.staff.send(
        "POST", f"/timetable/{editor.uai}/lessons/{editor.lesson['lesson']}/{editor.lesson['date']}/restore",
        page_token(page), {"Content-Type": "application/x-www-form-urlencoded"})
    assert restore.status == 303
    assert editor.seen()["status"] == "planned"


def page_token(page):
    import re
    import urllib.parse
    name, value = re.search(r'<input type="hidden" name="([^"]+)" value="([^"]+)"', page.text).groups()
    return urllib.parse.urlencode({name: value}).encode()


def test_a_calendar_address_works_without_a_session_until_it_is_revoked(stack):
    browser = visitor(stack, account(stack, "pupil", "hauts-de-seine"))
    made = browser.call("POST", "/api/v1/me/calendar-feeds", {})
    assert made.status == 201, made.text
    path = "/" + made.json["url"].split("/", 3)[3]
    anybody = Visitor(stack["front"])
    for node in stack["nodes"]:
        feed = anybody.at(node["url"]).get(path)
        assert feed.status == 200
        assert feed.header("Content-Type").startswith("text/calendar")
        assert feed.text.startswith("BEGIN:VCALENDAR\r\n") and feed.text.endswith("END:VCALENDAR\r\n")
        assert feed.text.count("BEGIN:VEVENT") > 20
    renewed = browser.call("POST", "/api/v1/me/calendar-feeds", {})
    assert anybody.get(path).status == 404, "the old address still works"
    path = "/" + renewed.json["url"].split("/", 3)[3]
    assert anybody.get(path).status == 200
    assert len(browser.get("/api/v1/me/calendar-feeds").json["feeds"]) == 1
    assert browser.call("DELETE", "/api/v1/me/calendar-feeds").status == 204
    assert anybody.get(path).status == 404


def test_the_cache_of_timetables_hits(stack):
    import re
    import urllib.request
    browser = visitor(stack, account(stack, "pupil", "grand-est"))
    for node in stack["nodes"]:
        def counts():
            text = urllib.request.urlopen(node["metrics"], timeout=5).read().decode()
            return {
                kind: int(re.search(rf'preau_timetable_cache_total{{result="{kind}"}} (\d+)', text).group(1))
                for kind in ("hit", "miss")}
        browser.at(node["url"]).get("/api/v1/me/timetable")
        before = counts()
        for _ in range(20):
            assert browser.at(node["url"]).get("/api/v1/me/timetable").status == 200
        after = counts()
        assert after["hit"] - before["hit"] == 20 and after["miss"] == before["miss"]
