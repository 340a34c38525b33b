"""The server holds every golden conversation."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Callable

import pytest

from conversation import Conversation, Patterns, header
from jobsync_server import VECTORS, Server

FILES = sorted(VECTORS.glob("*.jsonl"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_conversation(path: pathlib.Path, launch: Callable[..., Server]) -> None:
    about = header(path)["server"]
    server = launch(*about["tasks"], auth=about["auth"], proc=about["proc"], mem=about["mem"])
    Conversation(path, server).hold()
    assert server.process.poll() is None


def test_there_is_a_file_for_each_theme() -> None:
    assert len(FILES) >= 13
    for path in FILES:
        head = header(path)
        assert head["format"] == "jobsync-vectors/1"
        assert head["name"] == path.stem
        assert all((VECTORS / "tasks" / task).exists() for task in head["server"]["tasks"])
        for line in path.read_text().splitlines()[1:]:
            step = json.loads(line)
            assert step["dir"] in {"open", "in", "out", "until", "view", "close"}
            assert step["c"] >= 1


@pytest.mark.parametrize(
    ("pattern", "value", "fits"),
    [
        (1, 1, True),
        (1, True, False),
        (0, False, False),
        (None, None, True),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ({"$has": {"a": 1}}, {"a": 1, "b": 2}, True),
        ({"$has": {"a": 1}}, {"b": 2}, False),
        ({"$any": "integer"}, True, False),
        ({"$any": "date"}, "2016-08-25T11:48:22.375557Z", True),
        ({"$any": "date"}, "2016-08-25T11:48:22Z", False),
        ({"$contains": {"$has": {"a": 2}}}, [{"a": 1}, {"a": 2, "b": 0}], True),
        ({"$contains": 3}, [1, 2], False),
        ([1, {"$any": "string"}], [1, "x"], True),
        ([1], [1, 2], False),
        ({"x": {"$bind": "n", "$any": "integer"}, "y": {"$ref": "n"}}, {"x": 4, "y": 4}, True),
        ({"x": {"$bind": "n", "$any": "integer"}, "y": {"$ref": "n"}}, {"x": 4, "y": 5}, False),
    ],
)
def test_patterns(pattern: object, value: object, fits: bool) -> None:
    assert (Patterns().problem(pattern, value) is None) is fits
