#!/usr/bin/env python3
"""Write openrpc.json, the answer of rpc.discover, from jobsync.schema.json and asyncapi.yaml.

The document stands alone: a client that asks for it has nothing else at hand.
Run it after a change of either; a test compares the file with what this would write.
"""

import json
import pathlib
from typing import Any

import yaml

HERE = pathlib.Path(__file__).parent
COMMON = ("unauthenticated", "forbidden", "invalid_params", "rate_limited", "internal_error")


def build() -> dict[str, Any]:
    schema = json.loads((HERE / "jobsync.schema.json").read_text())
    described = yaml.safe_load((HERE / "asyncapi.yaml").read_text())
    definitions = schema["$defs"]
    calls = [o for o in described["operations"].values() if o["action"] == "receive"]
    methods = [_method(call, definitions) for call in calls]
    kept = _reachable(methods, definitions)
    return {
        "openrpc": "1.3.2",
        "info": {
            "title": described["info"]["title"],
            "version": described["info"]["version"],
            "description": "Calls of the Jobsync protocol, version 1, over a WebSocket at /ws.",
            "license": described["info"]["license"],
        },
        "methods": methods,
        "components": {
            "schemas": {name: _moved(definitions[name]) for name in definitions if name in kept},
            "errors": {name: _error(name, definitions) for name in _error_names(definitions)},
        },
    }


def _method(call: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    name = call["x-method"]
    params = definitions[f"{name}.params"]
    required = params.get("required", [])
    method: dict[str, Any] = {
        "name": name,
        "summary": call["summary"],
        "paramStructure": "by-name",
        "params": [
            {"name": key, "required": key in required, "schema": _moved(value)}
            for key, value in sorted(
                params["properties"].items(), key=lambda item: item[0] not in required
            )
        ],
        "result": {"name": "result", "schema": _moved(definitions[f"{name}.result"])},
        "errors": [
            {"$ref": f"#/components/errors/{error}"}
            for error in dict.fromkeys([*call.get("x-errors", []), *COMMON])
        ],
    }
    if "x-permission" in call:
        method["x-permission"] = call["x-permission"]
    return method


def _error_names(definitions: dict[str, Any]) -> list[str]:
    return [name.removeprefix("error.") for name in definitions if name.startswith("error.")]


def _error(name: str, definitions: dict[str, Any]) -> dict[str, Any]:
    code = definitions[f"error.{name}"]["properties"]["code"]["const"]
    return {"code": code, "message": name}


def _reachable(value: Any, definitions: dict[str, Any]) -> set[str]:
    found: set[str] = set()
    todo = [value]
    while todo:
        match todo.pop():
            case {"$ref": str(ref)} if ref.startswith("#/components/schemas/"):
                name = ref.rsplit("/", 1)[1]
                if name not in found:
                    found.add(name)
                    todo.append(_moved(definitions[name]))
            case dict(members):
                todo += members.values()
            case list(elements):
                todo += elements
    return found


def _moved(value: Any) -> Any:
    """Point references at where OpenRPC keeps its schemas."""
    match value:
        case dict():
            return {
                key: part.replace("#/$defs/", "#/components/schemas/")
                if key == "$ref"
                else _moved(part)
                for key, part in value.items()
            }
        case list():
            return [_moved(part) for part in value]
    return value


def text() -> str:
    return json.dumps(build(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    (HERE / "openrpc.json").write_text(text())
