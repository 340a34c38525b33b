"""A file system that hangs holds up whoever asks for what lies on it, and nobody else."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable
from typing import Any

import pytest
from websockets.sync.client import ClientConnection

from hung_folder import HungFolder
from jobsync_server import PATIENCE, Server, connect

Launch = Callable[..., Server]

PATHS = """
name: paths
proc: 1
mem: 1
limit: 0
args:
  file: {type: path}
  more: {type: list, items: path}
  three: {type: list, max_items: 3}
stages:
  - name: run
    run: ["true"]
"""


def send(socket: ClientConnection, method: str, params: dict[str, Any], number: Any = 1) -> None:
    """Make a call and do not wait for the answer."""
    call = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
    socket.send(json.dumps(call))


def answer(socket: ClientConnection, number: Any = 1) -> dict[str, Any]:
    """The answer to a call, however long it takes."""
    while True:
        message = json.loads(socket.recv(timeout=PATIENCE))
        if message.get("id") == number:
            return message


def answers(socket: ClientConnection, count: int) -> list[dict[str, Any]]:
    """The answers to so many calls, in any order."""
    found: list[dict[str, Any]] = []
    while len(found) < count:
        message = json.loads(socket.recv(timeout=PATIENCE))
        if "id" in message:
            found.append(message)
    return found


def call(socket: ClientConnection, method: str, params: dict[str, Any]) -> dict[str, Any]:
    """Make a call and return its answer."""
    send(socket, method, params)
    return answer(socket)


@pytest.fixture
def server(launch: Launch) -> Server:
    """A server with a task that takes paths."""
    server = launch("quick.yaml")
    (server.tasks / "paths.yaml").write_text(PATHS)
    with connect(server.socket) as socket:
        call(socket, "tasks.reload", {})
        call(socket, "tasks.limit", {"task": "quick", "limit": 0})
        assert call(socket, "jobs.new", {"task": "quick", "job_id": "a"})["result"]["created"]
    return server


def check_that_others_go_on(server: Server, number: int = 0) -> None:
    """Whoever asks for nothing that hangs is answered."""
    good = server.data / "good.fa"
    good.write_text(">a\nA\n")
    with connect(server.socket) as socket:
        assert "result" in call(socket, "session.whoami", {})
        job = {"task": "paths", "args": {"file": "good.fa"}, "job_id": f"other-{number}"}
        assert call(socket, "jobs.new", job)["result"]["created"]
        assert not call(socket, "jobs.new", job)["result"]["created"]
        assert "result" in call(socket, "jobs.subscribe", {})
        assert "result" in call(socket, "jobs.find", {})
        assert "result" in call(socket, "data.list", {"kind": "host"})
        cancelled = call(socket, "jobs.cancel", {"_id": f"other-{number}"})
        assert "result" in cancelled


def test_logs(server: Server) -> None:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(connect(server.socket)) for _ in range(3)]
        with HungFolder(server.data / "logs" / "jobs"):
            for socket in sockets:
                for number in range(20):
                    method = "jobs.tail" if number % 2 else "jobs.detail"
                    send(socket, method, {"_id": "a"}, number)
            check_that_others_go_on(server)
        for socket in sockets:
            for message in answers(socket, 20):
                assert "result" in message or message["error"]["data"]["code"] == "unavailable"
    with connect(server.socket) as socket:
        assert "result" in call(socket, "jobs.tail", {"_id": "a"})


def test_a_pipe_in_place_of_a_log(server: Server) -> None:
    logs = server.data / "logs" / "jobs"
    logs.mkdir(parents=True, exist_ok=True)
    os.mkfifo(logs / "a.log")
    with connect(server.socket) as socket:
        refused = call(socket, "jobs.tail", {"_id": "a"})
        assert refused["error"]["data"]["code"] == "unavailable"
        assert call(socket, "jobs.detail", {"_id": "a"})["result"]["log"]["text"] == ""
    check_that_others_go_on(server)


def test_paths_of_arguments(server: Server) -> None:
    with (
        connect(server.socket) as socket,
        connect(server.socket) as watcher,
    ):
        call(watcher, "jobs.subscribe", {})
        with HungFolder(server.data / "reads"):
            hung = {"task": "paths", "args": {"more": ["reads/1.fq"] * 1000}, "job_id": "hung"}
            send(socket, "jobs.new", hung, "hung")
            batch = [
                {"jsonrpc": "2.0", "id": n, "method": "jobs.new", "params": {"task": "paths"}}
                for n in range(3)
            ]
            socket.send(json.dumps(batch))
            send(socket, "session.whoami", {}, "me")
            assert "result" in answer(socket, "me")
            check_that_others_go_on(server)
        first, second = (
            json.loads(socket.recv(timeout=PATIENCE)),
            json.loads(socket.recv(timeout=PATIENCE)),
        )
        # Answers come in any order. Those behind it came after it, and are made.
        refused, made = (second, first) if isinstance(first, list) else (first, second)
        assert refused["error"]["data"]["code"] in ("bad_arguments", "unavailable")
        assert all("result" in each for each in made)


def test_task_files(server: Server) -> None:
    with connect(server.socket) as socket:
        with HungFolder(server.tasks):
            send(socket, "tasks.reload", {}, "reload")
            check_that_others_go_on(server)
        answer(socket, "reload")
        os.mkfifo(server.tasks / "pipe.yaml")
        problems = call(socket, "tasks.reload", {})["result"]["problems"]
        assert {"file": "pipe.yaml", "message": "is not a file"} in problems


def test_kept_data(server: Server) -> None:
    reference = {
        "_id": "plants",
        "viruses": [
            {
                "_id": "v",
                "name": "V",
                "isolates": [{"isolate_id": "i", "name": "I", "default": True}],
            }
        ],
        "sequences": [{"_id": "s", "isolate_id": "i", "sequence": "ACGT"}],
        "done": True,
    }
    with connect(server.socket) as socket:
        assert "result" in call(socket, "data.import", reference)
        with HungFolder(server.data / "references"):
            send(socket, "data.import", reference, "import")
            send(socket, "data.remove", {"kind": "reference", "_id": "plants"}, "remove")
            params = {"task": "rebuild_index", "args": {"reference": "plants"}}
            send(socket, "jobs.new", params, "new")
            check_that_others_go_on(server)


def test_the_end_of_a_server_that_hangs(launch: Launch) -> None:
    server = launch("quick.yaml", more=["--end-within", "2s"])
    with connect(server.socket) as socket, HungFolder(server.data / "runs"):
        # Whoever starts the job waits for its run folder, and the end of the server for him.
        assert call(socket, "jobs.new", {"task": "quick", "job_id": "a"})["result"]["created"]
        server.process.terminate()
        assert server.process.wait(timeout=PATIENCE) == 1
    assert any("has not come to its end in 2.0 seconds" in line for line in server.said)
    server.start()
    with connect(server.socket) as socket:
        state = None
        while state != "complete":
            (job,) = call(socket, "jobs.find", {"filter": {"_id": "a"}})["result"]["jobs"]
            state = job["state"]


def test_lists_have_a_greatest_length(server: Server) -> None:
    (server.data / "a.fq").write_text("")
    with connect(server.socket) as socket:
        for name, count, most in (("more", 1001, 1000), ("more", 20_000, 1000), ("three", 4, 3)):
            params = {"task": "paths", "args": {name: ["a.fq"] * count}}
            error = call(socket, "jobs.new", params)["error"]
            assert error["data"]["code"] == "bad_arguments"
            assert error["data"]["field"] == f"args.{name}"
            assert error["message"] == (
                f"args.{name}: must have at most {most} elements, and has {count}"
            )
        params = {"task": "paths", "args": {"more": ["a.fq"] * 1000}}
        assert call(socket, "jobs.new", params)["result"]["created"]
        tasks = call(socket, "tasks.list", {})["result"]["tasks"]
        shown = {
            argument["name"]: argument.get("max_items")
            for task in tasks
            if task["name"] == "paths"
            for argument in task["args"]
        }
        assert shown == {"file": None, "more": 1000, "three": 3}
