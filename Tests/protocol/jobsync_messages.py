"""Checks messages of the server against the schema."""

from __future__ import annotations

import functools
import json
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from jobsync_server import ROOT

SCHEMA = json.loads((ROOT / "protocol/jobsync.schema.json").read_text())
DEFINITIONS = SCHEMA["$defs"]
METHODS = [name.removesuffix(".params") for name in DEFINITIONS if name.endswith(".params")]
CALLS = [name for name in METHODS if not name.startswith("push.")]
PUSHES = [name.removeprefix("push.") for name in METHODS if name.startswith("push.")]
ORDER = list(DEFINITIONS["minimalJob"]["properties"])


@functools.cache
def validator(definition: str) -> Draft202012Validator:
    """The validator of one definition."""
    schema = {"$schema": SCHEMA["$schema"], "$ref": f"#/$defs/{definition}", "$defs": DEFINITIONS}
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def check(definition: str, value: Any) -> None:
    """Fail unless the value is what the schema says."""
    error = best_match(validator(definition).iter_errors(value))
    if error is not None:
        text = json.dumps(value, ensure_ascii=False)
        raise AssertionError(f"{definition}: {error.json_path}: {error.message}\nin {text[:2000]}")


def check_answer(method: str | None, answer: dict[str, Any]) -> None:
    """Check an answer; the method may be unknown where the request was unreadable."""
    if "error" in answer:
        check("errorAnswer", answer)
    elif method is None:
        raise AssertionError(f"an answer that nobody asked for: {answer}")
    else:
        check(f"{method}.answer", answer)
        if method == "jobs.find":
            _check_order(answer["result"]["jobs"])


def check_push(push: dict[str, Any]) -> None:
    """Check a notification of the server."""
    method = push["method"]
    assert method in PUSHES, f"a push that is not described: {method}"
    check(f"push.{method}", push)
    if method == "jobs.sync":
        _check_order(push["params"]["put"])


def _check_order(jobs: list[dict[str, Any]]) -> None:
    for job in jobs:
        assert list(job) == [key for key in ORDER if key in job], f"keys out of order: {job}"
