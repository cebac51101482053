"""What the demonstration has none of, made before the pages are walked, so that every page has something to show: a sequence, a
visa, a file that a class was given, letters printed by a job, a table that is being corrected, an import, a connected service, a
program's token, a school that was moved."""

import base64
import datetime
import time
import uuid

from stack import school_day
from stack.errors import StackError

from .visitor import Person

TODAY = school_day.today()
# The page of the diary shows the next week at the week-end.
SHOWN = TODAY + datetime.timedelta(days=7 - TODAY.weekday() if TODAY.weekday() >= 5 else 0)
PATIENCE = 120


def furnish(stack, people):
    by_profile = {person.profile: person for person in people}
    for profile, make in (("teacher", sequence), ("teacher", handout), ("head", visa)):
        if profile in by_profile:
            make(by_profile[profile])
    if "territory_admin" in by_profile:
        admin = by_profile["territory_admin"]
        letters(admin, stack)
        table(admin, stack)
        service(admin)
        token(admin)
        move(admin, stack)


def service(admin):
    """A partner application of the territory."""
    if admin.ask("GET", "/api/v1/services")["items"]:
        return
    admin.ask("POST", "/api/v1/services", {
        "protocol": "cas", "name": "Une application inventée", "url": "http://127.0.0.1:9/inventee/", "scope_kind": "territory",
        "scope": admin.account["territory"], "settings": {"template": "pronote"}})


def token(admin):
    """Of a program that reads the territory's accounts."""
    if not admin.ask("GET", "/api/v1/tokens")["items"]:
        admin.ask("POST", "/api/v1/tokens", {
            "name": "programme-invente", "role": "territory_admin", "territory": admin.account["territory"], "rights": ["accounts"]})


def move(admin, stack):
    """Of one school in the administrator's charge, to the other shard and back, as an operator orders it."""
    if admin.ask("GET", "/api/v1/shards")["shards"][1:] == [] or 'href="/moves/' in admin.send("GET", "/moves")[2]:
        return
    operator = Person("operator", stack["admin"], admin.host.partition(":")[0])
    token = {"Authorization": f"Bearer {stack['admin_token']}"}
    school = school_of(admin, stack)
    home = operator.ask("GET", f"/api/v1/establishments/{school}", headers=token)["shard"]
    for target in (2 if home == 1 else 1, home):
        order = {"to": target, "keep_hours": 0, "force": True}
        number = operator.ask("POST", f"/api/v1/establishments/{school}/moves", order, token)["id"]
        settled(lambda: operator.ask("GET", f"/api/v1/moves/{number}", headers=token)["state"] in ("done", "aborted"), f"move {number}")


def settled(check, what):
    deadline = time.monotonic() + PATIENCE
    while not check():
        if time.monotonic() > deadline:
            raise StackError(f"{what} is not over after {PATIENCE} s")
        time.sleep(0.2)


def path_of(person):
    return f"/api/v1/establishments/{person.account['establishments'][0]}"


def sequence(teacher):
    """With a file, and work for a later lesson."""
    path = path_of(teacher)
    if teacher.ask("GET", f"{path}/sequences")["items"]:
        return
    file = send(teacher, "sequence", "Fiche inventée.txt")
    work = {"kind": "exercise", "title": "Exercices inventés 1 à 3", "estimated_minutes": 20, "files": [file]}
    teacher.ask("POST", f"{path}/sequences", {
        "title": "Progression inventée", "steps": [
            {"title": "Découverte", "content": "Une activité **inventée**.", "files": [file], "work": work},
            {"title": "Bilan", "content": "Un exercice inventé."}]})


def handout(teacher):
    """Work due in the week that the diary shows first, with a file."""
    path = path_of(teacher)
    week = teacher.ask("GET", f"/api/v1/me/homework?date={SHOWN}")["diaries"][0]
    if any(each["files"] for each in week["assignments"] + week["lesson_records"]):
        return
    lessons = [
        each for each in teacher.ask("GET", f"/api/v1/me/timetable?date={SHOWN}")["timetables"][0]["lessons"]
        if each["lesson"] and each["status"] == "planned" and each["subject"] and each["groups"]]
    if not lessons:
        return
    lesson = lessons[-1]
    teacher.ask("POST", f"{path}/assignments", {
        "group": lesson["groups"][0]["id"], "subject": lesson["subject"]["id"], "given_on": min(str(TODAY), lesson["date"]),
        "due_on": lesson["date"], "kind": "exercise", "title": "Lire la feuille inventée",
        "files": [send(teacher, "assignment", "Feuille inventée.txt")]})


def visa(head):
    """Over days before those that other tests write in."""
    path = path_of(head)
    if head.ask("GET", f"{path}/diary-visas")["items"]:
        return
    first = TODAY - datetime.timedelta(days=35)
    for teacher in head.ask("GET", f"{path}/timetable")["teachers"][:1]:
        head.ask("POST", f"{path}/diary-visas", {
            "teacher": teacher["id"], "from": str(first), "to": str(first + datetime.timedelta(days=4)), "comment": "Vu. Tout est inventé."})


def letters(admin, stack):
    """For the guardians of one school in the administrator's charge."""
    if any(each["kind"] == "accounts.letters" for each in admin.ask("GET", "/api/v1/jobs")["items"]):
        return
    school = school_of(admin, stack)
    job = admin.ask("POST", f"/api/v1/establishments/{school}/letters", {"audience": "everybody", "roles": ["guardian"]})["job"]
    settled(lambda: admin.ask("GET", f"/api/v1/jobs/{job}")["job"]["state"] in ("succeeded", "failed"), f"printing the letters of {school}")


TABLE = """id;Nom;Prénom;Né(e) le;Classe;Observation
fa-1;Fictif;Aline;03/09/2014;6e Fictive;
fa-2;Fictif;Basile;trois septembre;6e Fictive;bon élève
fa-3;;Chloé;05/09/2014;6e Fictive;
"""


def table(admin, stack):
    """Of one school in the administrator's charge, with cells to be put right; and its plan."""
    school = school_of(admin, stack)
    if 'href="/imports/tables/' in admin.send("GET", "/imports")[2]:
        return
    path = f"/api/v1/imports/csv?import={uuid.uuid4()}&establishment={school}&kind=staff"
    admin.ask("POST", path, "nom;prénom;courriel\nFictif;Denise;pas une adresse\n".encode(), {"Content-Type": "text/csv"})
    boundary, fields = "furnish", {"csrf_token": admin.token, "establishment": school, "kind": "pupil"}
    body = "".join(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items())
    body += (f'--{boundary}\r\nContent-Disposition: form-data; name="table"; filename="élèves inventés.csv"\r\n\r\n{TABLE}\r\n'
             f"--{boundary}--\r\n")
    status, _, text = admin.send(
        "POST", "/imports/tables", body.encode(),
        {"Content-Type": f"multipart/form-data; boundary={boundary}", "X-CSRF-Token": admin.token})
    if status != 303:
        raise StackError(f"the table of {school} is not taken: {status} {text[:300]}")


def school_of(admin, stack):
    return next(
        each["establishments"][0] for each in stack["accounts"]
        if each["profile"] == "head" and each["territory"] == admin.account["territory"])


def send(person, use, name):
    """Sends a small file. - Returns: its identifier, for the item that it belongs to."""
    content = f"Feuille inventée du {TODAY}.\n".encode()
    words = {"use": use, "filename": name}
    metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in words.items())
    created = person.ask(
        "POST", f"{path_of(person)}/uploads",
        headers={"Tus-Resumable": "1.0.0", "Upload-Length": str(len(content)), "Upload-Metadata": metadata})
    person.ask(
        "PATCH", f"{path_of(person)}/uploads/{created['id']}", content,
        {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"})
    return created["id"]
