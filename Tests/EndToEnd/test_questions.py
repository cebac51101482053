"""What an address asks for: refused as 400 when it is not as the document says, as 422 when it is and has no answer."""

import pytest
from browsing import Visitor, account, visitor

SPANS = (
    ("from=2026-11-24&date=1849-03-09&to=0051-01-17&view=day", 422, "preau.web.unanswerable_parameter"),
    ("from=2026-11-24&to=2026-11-23", 422, "preau.web.unanswerable_parameter"),
    ("from=2026-11-24&to=2027-11-23", 422, "preau.web.unanswerable_parameter"),
    ("date=9999-12-31", 422, "preau.web.unanswerable_parameter"),
    ("date=2026-11-31", 400, "preau.web.invalid_parameter"),
    ("view=month", 400, "preau.web.invalid_parameter"),
)


@pytest.mark.parametrize("path", ["/api/v1/me/homework", "/api/v1/me/timetable"])
def test_a_span_without_an_answer_is_422_and_what_is_no_span_is_400(stack, path):
    pupil = visitor(stack, account(stack, "pupil", "eure"))
    for query, status, code in SPANS:
        answer = pupil.get(f"{path}?{query}")
        assert (answer.status, answer.json["code"]) == (status, code), (path, query)


def test_an_administrator_gets_the_same(stack):
    operator = Visitor(stack["admin"])
    def ask(path):
        return operator.call("GET", path, headers={"Authorization": f"Bearer {stack['admin_token']}"})
    nobody = ask("/api/v1/sessions")
    assert nobody.status == 422 and nobody.json["errors"][0]["parameter"] == "establishment"
    assert ask("/api/v1/audit?since=0051-01-17").code == "preau.web.unanswerable_parameter"
    assert ask("/api/v1/audit?since=2026-02-30").code == "preau.web.invalid_parameter"


def test_a_span_that_does_not_fit_is_said_at_its_field(stack):
    pupil = visitor(stack, account(stack, "pupil", "eure"))
    page = pupil.get("/homework/missed?from=2026-11-24&to=2026-11-20")
    assert page.status == 422
    assert 'value="2026-11-24"' in page.text and 'id="field-to-error"' in page.text and 'aria-invalid="true"' in page.text
