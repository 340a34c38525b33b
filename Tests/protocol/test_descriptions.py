"""Prose, schema, AsyncAPI, OpenRPC and vectors describe the same protocol."""

from __future__ import annotations

import importlib.util
import json
import re
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from jobsync_messages import CALLS, DEFINITIONS, PUSHES, SCHEMA, check
from jobsync_server import ROOT, VECTORS

PROTOCOL = ROOT / "protocol"
PROSE = (PROTOCOL / "PROTOCOL.md").read_text()
ASYNC = yaml.safe_load((PROTOCOL / "asyncapi.yaml").read_text())
OPENRPC = json.loads((PROTOCOL / "openrpc.json").read_text())
ERRORS = [name.removeprefix("error.") for name in DEFINITIONS if name.startswith("error.")]


def references(value: Any) -> list[str]:
    """Every $ref in a document."""
    match value:
        case dict():
            own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            return own + [ref for part in value.values() for ref in references(part)]
        case list():
            return [ref for part in value for ref in references(part)]
    return []


def resolve(document: Any, pointer: str) -> Any:
    """What a local JSON pointer leads to."""
    for part in pointer.removeprefix("#/").split("/"):
        document = document[part]
    return document


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    for ref in references(SCHEMA):
        resolve(SCHEMA, ref)


def test_every_definition_is_used() -> None:
    used = {ref.rsplit("/", 1)[1] for ref in references(SCHEMA)}
    assert set(DEFINITIONS) - used == set()


def test_the_same_calls_everywhere() -> None:
    operations = ASYNC["operations"].values()
    assert [o["x-method"] for o in operations if o["action"] == "receive"] == CALLS
    assert [m["name"] for m in OPENRPC["methods"]] == CALLS
    assert re.findall(r"^### ([a-z]+\.[a-z]+)$", PROSE, re.M)[: len(CALLS)] == CALLS
    for call in CALLS:
        for part in ("params", "result", "request", "answer"):
            assert f"{call}.{part}" in DEFINITIONS


def test_the_same_pushes_everywhere() -> None:
    operations = ASYNC["operations"].values()
    assert [o["x-push"] for o in operations if o["action"] == "send"] == PUSHES
    chapter = PROSE[PROSE.index("## 5. Pushes") : PROSE.index("## 6.")]
    assert re.findall(r"^### (\S+)$", chapter, re.M) == PUSHES


def test_the_same_errors_everywhere() -> None:
    chapter = PROSE[PROSE.index("## 9. Errors") : PROSE.index("## 10.")]
    table = re.findall(r"^\| −(\d+) \| `(\w+)` \|", chapter, re.M)
    expected = {
        name: DEFINITIONS[f"error.{name}"]["properties"]["code"]["const"] for name in ERRORS
    }
    assert {name: -int(number) for number, name in table} == expected
    assert {n: e["code"] for n, e in OPENRPC["components"]["errors"].items()} == expected
    for operation in ASYNC["operations"].values():
        assert set(operation.get("x-errors", [])) <= set(ERRORS)


def test_the_same_permissions_everywhere() -> None:
    table = dict(re.findall(r"^\| \[`(\S+?)`\]\(#\w+\) \| (?:`(\w+)`|–) \|", PROSE, re.M))
    asked = {m["name"]: m.get("x-permission", "") for m in OPENRPC["methods"]}
    assert table == asked
    assert set(filter(None, asked.values())) == set(DEFINITIONS["permission"]["enum"])


def test_asyncapi_refers_to_what_exists() -> None:
    for ref in references(ASYNC):
        if ref.startswith("jobsync.schema.json"):
            resolve(SCHEMA, ref.removeprefix("jobsync.schema.json"))
        else:
            resolve(ASYNC, ref)


def test_openrpc_is_what_the_others_make_of_it() -> None:
    spec = importlib.util.spec_from_file_location("make_openrpc", PROTOCOL / "make_openrpc.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    written = (PROTOCOL / "openrpc.json").read_text()
    assert module.text() == written, "run protocol/make_openrpc.py"


def test_openrpc_stands_alone() -> None:
    for ref in references(OPENRPC):
        resolve(OPENRPC, ref)
    for method in OPENRPC["methods"]:
        Draft202012Validator.check_schema(method["result"]["schema"])
        required = [param["required"] for param in method["params"]]
        assert required == sorted(required, reverse=True), "required params come first"


@pytest.mark.parametrize("call", CALLS)
def test_the_examples_of_calls_are_right(call: str) -> None:
    start = PROSE.index(f"### {call}\n")
    end = re.search(r"\n#{2,3} ", PROSE[start + 5 :])
    assert end is not None
    section = PROSE[start : start + 5 + end.start()]
    for part in ("params", "result"):
        for text in re.findall(rf"^{part}  (\{{.*?\}})\n(?=\w|```)", section, re.M | re.S):
            if "…" not in re.sub(r'"[^"]*"', "", text):
                check(f"{call}.{part}", json.loads(text))


def test_the_examples_of_pushes_and_documents_are_right() -> None:
    chapter = PROSE[PROSE.index("## 5. Pushes") : PROSE.index("## 6.")]
    for name, text in re.findall(r"^### (\S+)\n\n```json\n(.*?)```", chapter, re.M | re.S):
        if "…" not in re.sub(r'"[^"]*"', "", text):
            check(f"push.{name}.params", json.loads(text))
    minimal = re.search(r"### The minimal document.*?```json\n(.*?)```", PROSE, re.S)
    assert minimal is not None
    check("minimalJob", json.loads(minimal[1]))


def test_every_call_and_error_is_in_some_vector() -> None:
    text = "".join(path.read_text() for path in VECTORS.glob("*.jsonl"))
    for call in CALLS:
        assert f'"method": "{call}"' in text, call
    provoked = set(re.findall(r'"code": "(\w+)"', text))
    # What a test cannot bring about with messages alone.
    assert set(ERRORS) - provoked == {"internal_error", "forbidden", "rate_limited", "draining"}


@pytest.mark.parametrize(
    ("definition", "value"),
    [
        ("error", {"code": -32004, "message": "x", "data": {"code": "not_found", "retry": False}}),
        ("error", {"code": -32004, "message": "x", "data": {"code": "conflict", "retry": False}}),
        ("jobs.new.params", {"task": "a", "priorty": 1}),
        ("jobs.new.result", {"_id": "a", "_version": 1, "seq": 3}),
        ("jobs.new.result", {"_id": "a", "_version": 1, "seq": 3, "created": True, "more": 1}),
        ("push.tick.params", {"subscription": 1, "seq": 1, "count": 0, "digest": "XYZ"}),
        ("queue", {"reason": "behind", "detail": "x", "position": 1, "eta": None}),
        ("date", "2016-08-25T11:48:22Z"),
        ("id", "-a"),
    ],
)
def test_the_schema_is_strict(definition: str, value: object) -> None:
    with pytest.raises((AssertionError, ValidationError)):
        check(definition, value)
