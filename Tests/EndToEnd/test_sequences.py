"""Lessons prepared once and laid on classes, with their files."""

import datetime
import uuid

import pytest
from browsing import account, visitor
from test_files import Desk
from test_homework import TODAY, Class


@pytest.fixture
def school(stack):
    return Class(stack)


@pytest.fixture
def desk(stack, school):
    desk = Desk(stack, "eure")
    desk.account, desk.browser, desk.uai = school.teacher_account, school.teacher, school.uai
    desk.path = f"/api/v1/establishments/{school.uai}"
    return desk


def send(desk, name, content):
    """- Returns: the identifier of a file for a sequence."""
    location = desk.begin(len(content), name, use="sequence").header("Location")
    assert desk.part(location, 0, content).status == 204
    return location.rpartition("/")[2]


def steps_with(files):
    work = {"kind": "lesson", "title": "Apprendre", "estimated_minutes": 10, "files": files[1:]}
    return [
        {"title": "Étape inventée 1", "content": "x", "files": files[:1], "work": work},
        {"title": "Étape inventée 2", "content": "x"}]


def test_a_sequence_is_laid_on_classes_once_with_its_files(stack, school, desk):
    files = [send(desk, "fiche.txt", b"Fiche inventee"), send(desk, "exercices.txt", b"Exercices inventes")]
    made = school.teacher.call(
        "POST", school.path("sequences"), {"title": "Progression inventée", "steps": steps_with(files)})
    assert made.status == 201, made.text
    path = school.path(f"sequences/{made.json['id']}")
    assert [each["files"] for each in school.teacher.get(path).json["steps"]] == [files[:1], []]
    assert school.head.get(path).status == 403
    # A sequence and its files are its author's alone.
    assert school.teacher.get(desk.content(files[0])).body == b"Fiche inventee"
    for browser in (school.head, school.pupil, visitor(stack, account(stack, "teacher", "grand-est"))):
        assert browser.get(desk.content(files[0])).status == 404
    listed = school.teacher.get(school.path("sequences?limit=50")).json
    assert made.json["id"] in [each["id"] for each in listed["items"]]
    start = TODAY + datetime.timedelta(days=1)
    body = {"from": str(start), "classes": [{"group": school.group, "subject": school.subject}]}
    key = {"Idempotency-Key": f"key-{uuid.uuid4()}"}
    laid = school.teacher.call("POST", f"{path}/lay", body, key)
    assert laid.status == 201, laid.text
    assert laid.json == {"lesson_records": 2, "assignments": 1}
    assert school.teacher.call("POST", f"{path}/lay", body, key).json == laid.json
    days = f"from={start}&to={start + datetime.timedelta(days=27)}"
    diary = school.teacher.get(f"/api/v1/me/homework?{days}").json["diaries"][0]
    records = [each for each in diary["lesson_records"] if each["title"].startswith("Étape inventée")]
    work = [each for each in diary["assignments"] if each["title"] == "Apprendre"]
    try:
        assert [each["title"] for each in records] == ["Étape inventée 1", "Étape inventée 2"]
        assert len(work) == 1 and (work[0]["given_on"], work[0]["due_on"]) == (records[0]["day"], records[1]["day"])
        assert [[file["name"] for file in each["files"]] for each in records + work] == [["fiche.txt"], [], ["exercices.txt"]]
        copies = [records[0]["files"][0]["href"], work[0]["files"][0]["href"]]
        assert school.teacher.get(copies[1]).body == b"Exercices inventes"
        assert school.head.get(copies[0]).body == b"Fiche inventee", "as the head reads the entry"
        assert school.pupil.get(copies[0]).status == 404, "not before the lesson is over"
        stranger = school.teacher.call(
            "POST", f"{path}/lay", body | {"classes": [{"group": school.group, "subject": str(uuid.uuid4())}]})
        assert stranger.status == 404
        assert school.teacher.call("DELETE", path, headers={"If-Match": '"1"'}).status == 204
        # What was laid stays, its files too.
        assert school.teacher.get(copies[0]).body == b"Fiche inventee"
        assert school.teacher.get(desk.content(files[0])).status == 404
    finally:
        for each in records:
            assert school.teacher.call(
                "DELETE", school.path(f"lesson-records/{each['id']}"), headers={"If-Match": '"1"'}).status == 204
        for each in work:
            assert school.teacher.call(
                "DELETE", school.path(f"assignments/{each['id']}"), headers={"If-Match": '"1"'}).status == 204


def test_files_of_others_and_for_other_uses_are_no_part_of_a_sequence(stack, school, desk):
    other = Desk(stack, "grand-est")
    of_another = send(other, "autre.txt", b"D'une autre personne")
    for_a_record = desk.send(b"Pour une seance", "seance.txt")
    for file in (of_another, for_a_record, str(uuid.uuid4())):
        refused = school.teacher.call(
            "POST", school.path("sequences"), {"title": "Refusée", "steps": steps_with([file])})
        assert (refused.status, refused.code) == (422, "preau.files.not_attachable"), file
    assert "Refusée" not in school.teacher.get(school.path("sequences")).text
