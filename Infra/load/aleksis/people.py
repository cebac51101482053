"""An invented school inside AlekSIS, made by its own models: `aleksis-admin shell < people.py`, with PEOPLE naming the list that it
writes for preau-load.

As large as a school of Préau's demonstration: 12 classes of 24 pupils, 24 teachers, 26 lessons a week for each class, weekly from the
beginning of November to the end of June."""

import datetime
import itertools
import os
import zoneinfo

from aleksis.apps.chronos.models import LessonEvent
from aleksis.apps.cursus.models import Course, Subject
from aleksis.core.models import Group, Person, Room, SchoolTerm
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db import transaction
from recurrence import Recurrence, Rule, WEEKLY

CLASSES, PUPILS, TEACHERS, LESSONS = 12, 24, 24, 26
FIRST, LAST = datetime.date(2026, 11, 2), datetime.date(2027, 6, 30)
PARIS = zoneinfo.ZoneInfo("Europe/Paris")
GIVEN = ["Anaïs", "Bruno", "Chloé", "David", "Élise", "Farid", "Gaëlle", "Hugo", "Inès", "Jules", "Karim", "Léa"]
FAMILY = ["Arnaud", "Bénard", "Caron", "Delmas", "Évrard", "Fabre", "Giraud", "Huet", "Imbert", "Jacquet", "Klein", "Lefèvre"]
SUBJECTS = ["Français", "Mathématiques", "Histoire-géographie", "Anglais", "Espagnol", "SVT", "Physique-chimie", "Technologie", "EPS", "Musique",
            "Arts plastiques", "Latin"]
# Each has the same one: what signing in costs does not depend on it.
HASH = make_password(os.environ.get("PASSWORD", "preau-demo-2026"))
numbers = itertools.count(1)
rows = []


def person(role):
    number = next(numbers)
    given, family = GIVEN[number % 12], f"{FAMILY[number // 12 % 12]}-{number}"
    login = f"{role}{number}"
    user = User.objects.create(username=login, first_name=given, last_name=family, email=f"{login}@ecole.invalid", password=HASH)
    made = Person.objects.create(first_name=given, last_name=family, email=user.email, user=user)
    # As AlekSIS writes it.
    rows.append((login, role, "127.0.0.1", f"{family}, {given}", made))
    return made


def monday(person):
    """The number of a lesson of theirs on Mondays."""
    theirs = LessonEvent.objects.filter(LessonEvent.objects.for_person_q(person), datetime_start__week_day=2)
    return str(theirs.order_by("datetime_start")[0].pk)


def lesson(course, group, teacher, room, place):
    """The `place`-th hour of the week."""
    day, hour = FIRST + datetime.timedelta(days=place % 5), 8 + place // 5 + (1 if place // 5 >= 4 else 0)
    start = datetime.datetime.combine(day, datetime.time(hour), PARIS)
    rule = Rule(WEEKLY, until=datetime.datetime.combine(LAST, datetime.time(18), PARIS))
    made = LessonEvent.objects.create(
        title="", course=course, subject=course.subject, datetime_start=start, datetime_end=start + datetime.timedelta(minutes=55),
        timezone=PARIS, recurrences=Recurrence(rrules=[rule]))
    made.groups.add(group)
    made.teachers.add(teacher)
    made.rooms.add(room)


def school():
    term = SchoolTerm.objects.create(name="2026-2027", date_start=datetime.date(2026, 9, 1), date_end=LAST)
    subjects = [Subject.objects.create(name=name, short_name=name[:4] + str(number)) for number, name in enumerate(SUBJECTS)]
    rooms = [Room.objects.create(name=f"Salle {number + 1}", short_name=f"S{number + 1}") for number in range(CLASSES)]
    teachers = [person("teacher") for _ in range(TEACHERS)]
    for number in range(CLASSES):
        name = f"{6 - number // 3}e {'ABC'[number % 3]}"
        group = Group.objects.create(name=name, short_name=name, school_term=term)
        group.members.set([person("pupil") for _ in range(PUPILS)])
        courses = []
        for place, subject in enumerate(subjects):
            teacher = teachers[(place * 2 + number % 2 + number // 2) % TEACHERS]
            course = Course.objects.create(name=f"{subject.name} {name}", subject=subject)
            course.teachers.add(teacher)
            course.groups.add(group)
            courses.append((course, teacher))
        for place in range(LESSONS):
            course, teacher = courses[(place + number) % len(courses)]
            lesson(course, group, teacher, rooms[number], place)


with transaction.atomic():
    school()
with open(os.environ["PEOPLE"], "w") as table:
    table.write("login\trole\thost\tname\tlesson\n" + "".join("\t".join((*row[:4], monday(row[4]))) + "\n" for row in rows))
