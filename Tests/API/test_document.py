"""The OpenAPI document: valid, complete, and what the API really does."""

import json
import os
import pathlib
import subprocess
import urllib.request

import pytest
from fuzz.schemathesis_run import TOOLS, run

SERVICES = ("api", "admin")
# Few: `Infra/dev/fuzz` is for more. Requests of the admin service in a suite only read: others go on to use the stack.
LIMITS = {
    "api": ["--max-examples", "12", "--phases", "examples,coverage,fuzzing", "--max-time", "40"],
    "admin": ["--max-examples", "6", "--phases", "examples,coverage,fuzzing", "--max-time", "15", "--include-method", "GET"],
}


def base(stack, service):
    return stack["admin"] if service == "admin" else stack["front"]


@pytest.fixture(params=SERVICES)
def service(request):
    return request.param


@pytest.fixture
def document(stack, service):
    with urllib.request.urlopen(base(stack, service) + "/api/v1/openapi.json", timeout=10) as response:
        return json.load(response)


def routes(stack, service):
    metrics = stack["admin_metrics"] if service == "admin" else stack["nodes"][0]["metrics"]
    with urllib.request.urlopen(metrics.replace("/metrics", "/routes"), timeout=10) as response:
        return [each for each in json.load(response) if each["surface"] == "api"]


def operations(document):
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path}", operation


def test_the_document_is_valid(document, tmp_path):
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(document))
    done = subprocess.run(
        [TOOLS / "openapi-spec-validator", "--schema", "3.1", "--validation-errors", "all", file], capture_output=True, text=True,
        check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[:3000]


def test_the_validator_can_fail(document, tmp_path):
    del document["info"]["title"]
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(document))
    assert subprocess.run([TOOLS / "openapi-spec-validator", "--schema", "3.1", file], capture_output=True, check=False).returncode != 0


def test_every_route_is_described_and_nothing_else(stack, service, document):
    assert {name for name, _ in operations(document)} == {f"{each['method']} {each['pattern']}" for each in routes(stack, service)}


def test_every_operation_is_complete(stack, service, document):
    """Words, examples of what goes in and comes out, and of every error."""
    lacks = []
    declared = {f"{each['method']} {each['pattern']}": each for each in routes(stack, service)}
    for name, operation in operations(document):
        def need(good, words, name=name):
            if not good:
                lacks.append(f"{name}: {words}")

        need(operation["summary"].endswith(".") and operation["description"] and operation["tags"], "no words")
        for parameter in operation["parameters"]:
            need("$ref" in parameter or ("example" in parameter and parameter["description"]), f"parameter {parameter.get('name')}")
        for kind, content in operation.get("requestBody", {}).get("content", {}).items():
            need(not kind.endswith("json") or "example" in content, f"no example of {kind}")
        answers = operation["responses"]
        need(any(status.startswith("2") or status.startswith("3") for status in answers), "no good answer")
        told = set()
        for status, answer in answers.items():
            for kind, content in answer.get("content", {}).items():
                if kind == "application/problem+json":
                    told |= set(content["examples"])
                elif kind == "application/json":
                    need("example" in content, f"no example of {status}")
        need(set(declared[name]["errors"]) <= told, f"errors without an example: {set(declared[name]['errors']) - told}")
        if declared[name]["access"]["kind"] in ("signed_in", "roles"):
            need("preau.identity.signed_out" in told, "does not say what a stranger gets")
        if declared[name]["access"]["kind"] == "roles":
            need("preau.identity.forbidden" in told, "does not say what others get")
    assert not lacks, "\n".join(lacks)


def test_generated_requests_get_documented_answers(stack, service):
    state = pathlib.Path(os.environ["PREAU_STATE"])
    log = state / f"schemathesis-{service}.log"
    status = run(stack, state, service, [*LIMITS[service], "--seed", "20261126", "--continue-on-failure"], log)
    assert status == 0, log.read_text()[-8000:]
