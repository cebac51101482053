"""The homework diary as each person meets it, on two nodes and two shards."""

import datetime
import hashlib
import html
import re
import subprocess
import uuid

import pytest
from browsing import account, visitor
from stack import school_day
from test_timetable import school_week, shards_of

TODAY = school_day.today()
PAST = f"{TODAY - datetime.timedelta(days=1)}T00:00:00Z"


def day(text):
    return datetime.date.fromisoformat(text)


class Class:
    """A pupil's class, a lesson of it to come with its teacher, and the lesson after."""

    def __init__(self, stack, territory="eure"):
        self.stack = stack
        self.pupil_account = account(stack, "pupil", territory)
        self.uai = self.pupil_account["establishments"][0]
        self.pupil = visitor(stack, self.pupil_account)
        self.school_life = visitor(stack, self.of("school_life"))
        self.head = visitor(stack, self.of("head"))
        self.teacher_account = self.of("teacher")
        self.teacher = visitor(stack, self.teacher_account)
        own = self.teacher.get("/api/v1/me/timetable").json["timetables"][0]
        self.teacher_id = own["of"]["id"]
        self.lessons = self.lessons_to_come(self.teacher, "/api/v1/me/timetable", {self.teacher_id})
        pupils = {each["lesson"] for each in self.lessons_to_come(self.pupil, "/api/v1/me/timetable")}
        # The demonstration's first pupil is in a class of its first teacher.
        self.first = next(each for each in self.lessons if each["lesson"] in pupils)
        self.group = self.first["groups"][0]["id"]
        self.subject = self.first["subject"]["id"]
        self.due = next(each for each in self.lessons if self.same(each) and each["date"] > self.first["date"])

    def of(self, profile):
        return next(
            each for each in self.stack["accounts"] if each["profile"] == profile and each["establishments"] == [self.uai])

    def same(self, lesson):
        return lesson["groups"][0]["id"] == self.group and lesson["subject"]["id"] == self.subject

    def lessons_to_come(self, browser, path, teachers=None):
        """Planned lessons from tomorrow on, over some weeks."""
        first = TODAY + datetime.timedelta(days=1)
        found = []
        for week in range(4):
            start = first + datetime.timedelta(days=7 * week)
            answer = browser.get(f"{path}?from={start}&to={start + datetime.timedelta(days=6)}")
            found += [
                each for each in answer.json["timetables"][0]["lessons"]
                if each["status"] == "planned" and (teachers is None or teachers & {one["id"] for one in each["teachers"]})]
        return found

    def path(self, rest):
        return f"/api/v1/establishments/{self.uai}/{rest}"

    def work(self, **change):
        return {
            "group": self.group, "subject": self.subject, "given_on": str(TODAY), "due_on": self.due["date"],
            "kind": "exercise", "title": "Exercice inventé", "content": "**Page 12** du manuel fictif",
            "estimated_minutes": 20} | change

    def record(self, **change):
        return {
            "group": self.group, "day": self.first["date"], "lesson": self.first["lesson"], "title": "Séance inventée",
            "content": "- un point", "annotation": "note-tres-personnelle"} | change


@pytest.fixture
def school(stack):
    return Class(stack)


def work_of(browser, due, node=None, **query):
    words = "&".join(f"{key}={value}" for key, value in query.items())
    answer = (browser.at(node["url"]) if node else browser).get(f"/api/v1/me/homework?from={due}&to={due}&{words}")
    assert answer.status == 200, answer.text
    return answer.json["diaries"][0]["assignments"]


def test_a_pupil_reads_the_demonstrations_week(stack):
    browser = visitor(stack, account(stack, "pupil", "seine-et-marne"))
    start = TODAY - datetime.timedelta(days=13)
    answer = browser.get(f"/api/v1/me/homework?from={start}&to={TODAY + datetime.timedelta(days=14)}")
    diary = answer.json["diaries"][0]
    assert diary["lesson_records"] and diary["assignments"]
    keys = [(each["due_on"], each["due_start"] or "") for each in diary["assignments"]]
    assert keys == sorted(keys)
    assert {each["progress"] for each in diary["assignments"]} <= {"to_do", "started", "done"}
    assert "annotation" not in answer.text and "totals" not in answer.text
    page = browser.get(f"/homework?date={diary['assignments'][0]['due_on']}")
    assert page.status == 200 and diary["assignments"][0]["title"] in page.text


def test_work_given_is_seen_on_every_node_ticked_by_the_pupil_and_counted_for_the_teacher(stack, school):
    given = school.teacher.call("POST", school.path("assignments"), school.work())
    assert given.status == 201, given.text
    path = school.path(f"assignments/{given.json['id']}")
    try:
        for node in stack["nodes"]:
            seen = next(each for each in work_of(school.pupil, school.due["date"], node) if each["id"] == given.json["id"])
            assert (seen["progress"], seen["due_lesson"]) == ("to_do", given.json["due_lesson"])
        tick = f"/api/v1/me/homework/{given.json['id']}/progress"
        assert school.pupil.call("PUT", tick, {"progress": "done"}).status == 204
        for node in stack["nodes"]:
            seen = next(each for each in work_of(school.pupil, school.due["date"], node) if each["id"] == given.json["id"])
            assert seen["progress"] == "done"
        totals = school.teacher.get(path).json["totals"]
        assert (totals["done"], totals["started"]) == (1, 0) and totals["pupils"] > 1
        # The page's buttons say the same.
        page = school.pupil.get(f"/homework?date={school.due['date']}")
        answer = school.pupil.send(
            "POST", "/homework/progress", f"csrf_token={token_of(page)}&set={given.json['id']}:started&date={school.due['date']}".encode(),
            {"Content-Type": "application/x-www-form-urlencoded"})
        assert answer.status == 303, answer.text[:500]
        assert school.teacher.get(path).json["totals"] == {"pupils": totals["pupils"], "started": 1, "done": 0}
        assert school.pupil.call("PUT", tick, {"progress": "to_do"}).status == 204
        assert school.teacher.get(path).json["totals"]["started"] == 0
    finally:
        revision = school.teacher.get(path).json["revision"]
        removed = school.teacher.call("DELETE", path, headers={"If-Match": f'"{revision}"'})
    assert removed.status == 204
    for node in stack["nodes"]:
        assert all(each["id"] != given.json["id"] for each in work_of(school.pupil, school.due["date"], node))
    assert school.pupil.call("PUT", tick, {"progress": "done"}).status == 404


def token_of(page):
    return re.search(r'name="csrf_token" value="([^"]+)"', page.text).group(1)


def send_form(browser, page, files=(), **values):
    """Posts the page's form with files, as a browser does: hidden fields first, kept files, then what was typed and chosen."""
    form = next(each for each in re.findall(r"<form\b.*?</form>", page.text, re.DOTALL) if "multipart/form-data" in each)
    action = html.unescape(re.search(r'action="([^"]*)"', form).group(1))
    fields = [(name, html.unescape(value)) for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)]
    fields += re.findall(r'<input type="checkbox" name="(file)" value="([^"]+)" checked', form)
    parts = [f'--limit\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in [*fields, *values.items()]]
    parts += [
        f'--limit\r\nContent-Disposition: form-data; name="upload"; filename="{name}"\r\nContent-Type: text/plain\r\n\r\n'.encode()
        + content + b"\r\n" for name, content in files]
    return browser.send(
        "POST", action, b"".join(parts) + b"--limit--\r\n", {"Content-Type": "multipart/form-data; boundary=limit"})


def test_nobody_ticks_what_is_not_theirs(stack, school):
    given = school.teacher.call("POST", school.path("assignments"), school.work())
    stranger = visitor(stack, account(stack, "pupil", "grand-est"))
    answer = stranger.call("PUT", f"/api/v1/me/homework/{given.json['id']}/progress", {"progress": "done"})
    assert answer.status == 404
    assert school.teacher.call(
        "DELETE", school.path(f"assignments/{given.json['id']}"), headers={"If-Match": '"1"'}).status == 204


def test_work_is_due_for_a_lesson_or_says_why_not(school):
    lesson_days = {each["date"] for each in school.lessons if school.same(each)}
    free = next(
        str(TODAY + datetime.timedelta(days=n)) for n in range(1, 15)
        if str(TODAY + datetime.timedelta(days=n)) not in lesson_days)
    refused = school.teacher.call("POST", school.path("assignments"), school.work(due_on=free))
    assert (refused.status, refused.code) == (422, "preau.homework.no_lesson")
    given = school.teacher.call(
        "POST", school.path("assignments"), school.work(due_on=free, override_reason="Devoir commun inventé"))
    assert given.status == 201, given.text
    assert given.json["override_reason"] == "Devoir commun inventé" and given.json["due_lesson"] is None
    path = school.path(f"assignments/{given.json['id']}")
    moved = school.teacher.call("PUT", path, school.work(), {"If-Match": '"1"'})
    assert moved.status == 200 and moved.json["override_reason"] is None and moved.json["due_lesson"]
    stale = school.teacher.call("PUT", path, school.work(), {"If-Match": '"1"'})
    assert (stale.status, stale.code) == (412, "preau.homework.changed")
    assert school.teacher.call("PUT", path, school.work()).status == 428
    assert school.teacher.call("DELETE", path, headers={"If-Match": '"2"'}).status == 204


@pytest.mark.parametrize("change, code", [
    ({"group": str(uuid.uuid4())}, "preau.web.not_found"),
    ({"kind": "party"}, "preau.web.invalid_body"),
    ({"estimated_minutes": 601}, "preau.web.invalid_body"),
    ({"due_on": "2026-02-30"}, "preau.web.invalid_body"),
    ({"published_at": "9999-01-01T00:00:00Z"}, "preau.homework.invalid"),
    ({"due_on": "2020-01-06"}, "preau.homework.invalid"),
    ({"title": ""}, "preau.web.invalid_body"),
    ({"extra": 1}, "preau.web.invalid_body"),
])
def test_work_that_makes_no_sense_is_refused(school, change, code):
    assert school.teacher.call("POST", school.path("assignments"), school.work() | change).code == code


def test_the_same_write_sent_twice_is_done_once(school):
    key = {"Idempotency-Key": f"key-{uuid.uuid4()}"}
    first = school.teacher.call("POST", school.path("assignments"), school.work(), key)
    again = school.teacher.call("POST", school.path("assignments"), school.work(), key)
    assert first.status == again.status == 201 and first.json == again.json
    other = school.teacher.call("POST", school.path("assignments"), school.work(title="autre"), key)
    assert (other.status, other.code) == (422, "preau.school.idempotency_key_reused")
    path = school.path(f"assignments/{first.json['id']}")
    assert school.teacher.call("DELETE", path, headers={"If-Match": '"1"'}).status == 204


def test_a_record_its_private_note_and_its_publication(stack, school):
    later = f"{TODAY + datetime.timedelta(days=60)}T08:00:00Z"
    made = school.teacher.call("POST", school.path("lesson-records"), school.record(published_at=later))
    assert made.status == 201, made.text
    path = school.path(f"lesson-records/{made.json['id']}")
    try:
        twice = school.teacher.call("POST", school.path("lesson-records"), school.record())
        assert (twice.status, twice.code) == (409, "preau.homework.already_recorded")
        week = f"from={school.first['date']}&to={school.first['date']}"
        classes = school.path(f"homework/groups/{school.group}?{week}")
        # Not published: its author and the head see it, the pupil does not.
        assert "Séance inventée" not in school.pupil.get(f"/api/v1/me/homework?{week}").text
        assert "Séance inventée" in school.head.get(classes).text
        mine = school.teacher.get(f"/api/v1/me/homework?{week}").json["diaries"][0]["lesson_records"]
        assert next(each for each in mine if each["id"] == made.json["id"])["annotation"] == "note-tres-personnelle"
        body = {"title": "Séance inventée", "content": "changé", "published_at": PAST}
        changed = school.teacher.call("PUT", path, body, {"If-Match": '"1"'})
        assert changed.status == 200 and changed.json["annotation"] == "note-tres-personnelle"
        for node in stack["nodes"]:
            seen = school.pupil.at(node["url"]).get(f"/api/v1/me/homework?{week}")
            assert "Séance inventée" in seen.text and "note-tres-personnelle" not in seen.text
        for browser in (school.head, school.school_life):
            assert "note-tres-personnelle" not in browser.get(classes).text
        missed = school.pupil.get(f"/api/v1/me/homework/missed?days={school.first['date']}").json
        assert any(each["id"] == made.json["id"] for each in missed["lesson_records"])
        assert "note-tres-personnelle" not in school.pupil.get(
            f"/homework/missed?from={school.first['date']}&to={school.first['date']}").text
    finally:
        revision = school.teacher.get(path).json["revision"]
        assert school.teacher.call("DELETE", path, headers={"If-Match": f'"{revision}"'}).status == 204


def test_a_substitute_writes_on_that_day_only(stack, school):
    """The replaced teacher's rights, for the date of the replacement."""
    others = [
        each for each in school.head.get(school.path("timetable")).json["teachers"] if each["id"] != school.teacher_id]
    substitute_account = next(
        (each for each in stack["accounts"] if each["profile"] == "teacher" and school.uai in each["establishments"]
         and each["login"] != school.teacher_account["login"]), None)
    assert substitute_account, "a second teacher of the school signs in"
    substitute = visitor(stack, substitute_account)
    own = next(
        view for view in substitute.get("/api/v1/me/timetable").json["timetables"]
        if view["establishment"]["uai"] == school.uai)["of"]["id"]
    assert own in {each["id"] for each in others}
    refused = substitute.call("POST", school.path("lesson-records"), school.record())
    assert (refused.status, refused.code) == (403, "preau.homework.not_teaching")
    change = school.school_life.call("POST", school.path("lesson-changes"), {
        "kind": "replaced", "lesson": school.first["lesson"], "date": school.first["date"], "teachers": [own]})
    assert change.status == 201, change.text
    try:
        made = substitute.call("POST", school.path("lesson-records"), school.record())
        assert made.status == 201, made.text
        path = school.path(f"lesson-records/{made.json['id']}")
        given = substitute.call("POST", school.path("assignments"), school.work(given_on=school.first["date"]))
        assert given.status == 201, given.text
        before = substitute.call("POST", school.path("assignments"), school.work())
        assert before.code == "preau.homework.not_teaching"
        # The replaced teacher reads and changes it, without the substitute's private note.
        read = school.teacher.get(path)
        assert read.status == 200 and "annotation" not in read.json
        assert school.teacher.call("DELETE", path, headers={"If-Match": '"1"'}).status == 204
        assert school.teacher.call(
            "DELETE", school.path(f"assignments/{given.json['id']}"), headers={"If-Match": '"1"'}).status == 204
    finally:
        assert school.school_life.call("DELETE", school.path(f"lesson-changes/{change.json['id']}")).status == 204


def test_the_load_of_a_class_is_shown_before_adding(school):
    due = school.due["date"]
    path = school.path(f"homework/groups/{school.group}/load?from={due}&to={due}")

    def load():
        days = school.teacher.get(path).json["days"]
        return (days[0]["assignments"], days[0]["tests"], days[0]["estimated_minutes"]) if days else (0, 0, 0)

    before = load()
    given = school.teacher.call("POST", school.path("assignments"), school.work(kind="test", estimated_minutes=35))
    after = load()
    # The most that one pupil of the class has: everybody in it got this.
    assert after == (before[0] + 1, before[1] + 1, before[2] + 35)
    form = school.teacher.get(f"/homework/{school.uai}/work/new?group={school.group}&subject={school.subject}")
    assert form.status == 200 and f"due_on={due}" in form.text
    path_of_work = school.path(f"assignments/{given.json['id']}")
    assert school.teacher.call("DELETE", path_of_work, headers={"If-Match": '"1"'}).status == 204
    assert load() == before


def pdf_text(body):
    return subprocess.run(["pdftotext", "-layout", "-", "-"], input=body, capture_output=True, check=True).stdout.decode()


def test_a_visa_freezes_what_the_head_has_read(school):
    start = TODAY - datetime.timedelta(days=9)
    mine = school.teacher.get(f"/api/v1/me/homework?from={start}&to={TODAY}").json["diaries"][0]["lesson_records"]
    own = [each for each in mine if each["teacher"] and each["teacher"]["id"] == school.teacher_id and not each["frozen"]]
    body = {"teacher": school.teacher_id, "from": str(start), "to": str(TODAY), "comment": "Vu, tout est inventé."}
    future = school.head.call("POST", school.path("diary-visas"), body | {"to": str(TODAY + datetime.timedelta(days=1))})
    assert future.code == "preau.homework.invalid"
    key = {"Idempotency-Key": f"key-{uuid.uuid4()}"}
    signed = school.head.call("POST", school.path("diary-visas"), body, key)
    assert signed.status == 201, signed.text
    assert school.head.call("POST", school.path("diary-visas"), body, key).json == signed.json
    path = school.path(f"diary-visas/{signed.json['id']}")
    pdf = school.head.get(f"{path}/pdf")
    assert pdf.status == 200 and pdf.header("Content-Type") == "application/pdf"
    assert hashlib.sha256(pdf.body).hexdigest() == signed.json["pdf_sha256"]
    data = school.head.get(f"{path}/data").json
    assert len(data["lesson_records"]) == signed.json["lesson_records"]
    assert all("annotation" not in each for each in data["lesson_records"])
    text = pdf_text(pdf.body)
    assert own and "Activité inventée" in text and "**" not in text, "Markdown is set, not shown"
    for each in own:
        assert each["title"][:30] in " ".join(text.split())
        frozen = school.teacher.call(
            "PUT", school.path(f"lesson-records/{each['id']}"), {"title": "changé"},
            {"If-Match": f'"{each["revision"]}"'})
        assert (frozen.status, frozen.code) == (409, "preau.homework.frozen")
        assert school.teacher.call(
            "DELETE", school.path(f"lesson-records/{each['id']}"),
            headers={"If-Match": f'"{each["revision"]}"'}).code == "preau.homework.frozen"
    # The teacher reads the visa, others do not.
    assert school.teacher.get(path).json == signed.json
    assert school.school_life.get(path).status == 403
    assert school.teacher.call("POST", school.path("diary-visas"), body).status == 403
    for browser in (school.head, school.teacher):
        page = browser.get(f"/homework/{school.uai}/visas")
        assert page.status == 200 and signed.json["id"] in page.text and "Vu, tout est inventé." in page.text


def test_a_diary_is_kept_for_the_years_after(school):
    made = school.teacher.call("POST", school.path("diary-archives"), {"group": school.group})
    assert made.status == 201, made.text
    listed = school.teacher.get(school.path("diary-archives?limit=1")).json["items"]
    assert listed[0] == made.json
    path = school.path(f"diary-archives/{made.json['id']}")
    pdf = school.teacher.get(f"{path}/pdf")
    assert hashlib.sha256(pdf.body).hexdigest() == made.json["pdf_sha256"]
    assert school.teacher.get(f"{path}/data").json["group"] == made.json["group"]
    assert school.head.get(f"{path}/pdf").body == pdf.body
    page = school.teacher.get(f"/homework/{school.uai}/archives")
    assert page.status == 200 and made.json["group"] in page.text
    other = next(
        each["id"] for each in school.head.get(school.path("timetable")).json["teachers"] if each["id"] != school.teacher_id)
    assert school.teacher.call("POST", school.path("diary-archives"), {"group": school.group, "teacher": other}).status == 404


def test_one_guardian_sees_children_of_two_schools_on_two_shards(stack):
    guardian = account(stack, "guardian", schools=2)
    assert len(shards_of(stack, guardian["establishments"])) == 2
    browser = visitor(stack, guardian)
    children = browser.get("/api/v1/me/children").json["children"]
    for child in children:
        answer = browser.get(f"/api/v1/me/homework?pupil={child['pupil']}")
        assert answer.json["diaries"][0]["of"] == {"kind": "pupil", "id": child["pupil"], "name": child["name"]}
        page = browser.get(f"/homework?pupil={child['pupil']}")
        assert page.status == 200 and child["name"] in page.text
        assert "/homework/progress" not in page.text, "a guardian ticks nothing"
    stranger = visitor(stack, account(stack, "pupil", "seine-et-marne", index=1))
    other = stranger.get("/api/v1/me/homework").json["diaries"][0]["of"]["id"]
    if other not in {child["pupil"] for child in children}:
        for path in (f"/api/v1/me/homework?pupil={other}", f"/homework?pupil={other}"):
            assert browser.get(path).status == 404


def test_school_life_reads_what_an_absent_pupil_missed_without_the_pupils_marks(school):
    pupil = school.pupil.get("/api/v1/me/homework").json["diaries"][0]["of"]["id"]
    days = ",".join(str(TODAY - datetime.timedelta(days=n)) for n in range(5))
    answer = school.school_life.get(school.path(f"pupils/{pupil}/homework/missed?days={days}"))
    assert answer.status == 200 and answer.json["lesson_records"]
    assert "progress" not in answer.text
    for wrong in ("", "2026-11-31", ",".join(str(TODAY + datetime.timedelta(days=n)) for n in range(32)), "2026-01-05,2026-11-05"):
        refused = school.school_life.get(school.path(f"pupils/{pupil}/homework/missed?days={wrong}"))
        assert refused.status in (400, 422), (wrong, refused.status)


def test_home_says_what_is_to_be_done(stack):
    browser = visitor(stack, account(stack, "pupil", "seine-et-marne"))
    home = browser.get("/home")
    assert home.status == 200 and "/homework" in home.text and "travail à faire" in home.text.lower()


def test_the_forms_of_a_teacher(school):
    page = school.teacher.get(f"/homework?date={school.first['date']}")
    assert page.status == 200 and f"lesson={school.first['lesson']}" in page.text
    form = school.teacher.get(
        f"/homework/{school.uai}/records/new?group={school.group}&day={school.first['date']}&lesson={school.first['lesson']}")
    assert form.status == 200, form.text[:500]
    preview = send_form(school.teacher, form, title="Aperçu", content="**gras** <script>", publication="now", preview="1")
    assert preview.status == 200 and "<strong>gras</strong>" in preview.text and "<script>" not in preview.text
    empty = send_form(school.teacher, form, title="", content="kept <b>", publication="now")
    assert empty.status == 422 and "kept &lt;b&gt;" in empty.text
    done = send_form(school.teacher, form, title="Par la page", content="", publication="end")
    assert done.status == 303, done.text[:500]
    again = send_form(school.teacher, form, title="Par la page", content="", publication="end")
    assert again.status == 303, "a double click records once"
    day_of = school.first["date"]
    mine = school.teacher.get(f"/api/v1/me/homework?from={day_of}&to={day_of}").json["diaries"][0]["lesson_records"]
    made = [each for each in mine if each["title"] == "Par la page"]
    assert len(made) == 1
    edit = school.teacher.get(f"/homework/{school.uai}/records/{made[0]['id']}/edit")
    changed = send_form(school.teacher, edit, title="Par la page, changée", publication="keep")
    assert changed.status == 303
    edit = school.teacher.get(f"/homework/{school.uai}/records/{made[0]['id']}/edit")
    removed = school.teacher.send(
        "POST", f"/homework/{school.uai}/records/{made[0]['id']}/remove",
        f"csrf_token={token_of(edit)}&revision=2".encode(), {"Content-Type": "application/x-www-form-urlencoded"})
    assert removed.status == 303


def test_files_of_work_go_to_those_who_read_it(stack, school):
    later = {"publication": "later", "publication_date": str(TODAY + datetime.timedelta(days=90)), "publication_time": "08:00"}
    typed = {
        "teaching": f"{school.group}:{school.subject}", "due_on": school.due["date"], "kind": "exercise",
        "title": "Travail avec une feuille inventée"}
    form = school.teacher.get(f"/homework/{school.uai}/work/new?group={school.group}&subject={school.subject}")
    # A form that is shown again keeps what was typed, and the file that came in.
    again = send_form(school.teacher, form, [("feuille.txt", b"Feuille inventee")], **(typed | {"title": ""}), **later)
    assert again.status == 422 and "feuille.txt" in again.text
    done = send_form(school.teacher, again, **typed, **later)
    assert done.status == 303, done.text[:800]
    mine = school.teacher.get(f"/api/v1/me/homework?from={school.due['date']}&to={school.due['date']}").json["diaries"][0]
    made = next(each for each in mine["assignments"] if each["title"] == typed["title"])
    path = school.path(f"assignments/{made['id']}")
    try:
        assert [each["name"] for each in made["files"]] == ["feuille.txt"]
        file = made["files"][0]["href"]
        assert school.teacher.get(file).body == b"Feuille inventee"
        assert school.head.get(file).status == 200
        strangers = [visitor(stack, account(stack, role, "grand-est")) for role in ("pupil", "guardian", "teacher", "head")]
        for browser in [school.pupil, *strangers]:
            assert browser.get(file).status == 404, "not before it is published, and never from elsewhere"
        body = school.work(title=typed["title"], published_at=PAST)
        assert school.teacher.call("PUT", path, body, {"If-Match": '"1"'}).status == 200
        for node in stack["nodes"]:
            seen = next(each for each in work_of(school.pupil, school.due["date"], node) if each["id"] == made["id"])
            assert school.pupil.at(node["url"]).get(seen["files"][0]["href"]).body == b"Feuille inventee"
        assert "feuille.txt" in school.pupil.get(f"/homework?date={school.due['date']}").text
        assert all(browser.get(file).status == 404 for browser in strangers)
        emptied = school.teacher.call("PUT", path, body | {"files": []}, {"If-Match": '"2"'})
        assert emptied.status == 200 and emptied.json["files"] == []
        assert school.pupil.get(file).status == 404
    finally:
        revision = school.teacher.get(path).json["revision"]
        assert school.teacher.call("DELETE", path, headers={"If-Match": f'"{revision}"'}).status == 204
