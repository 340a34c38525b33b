"""Whoever asks for much waits for it himself; nobody else does, and nobody is cut off for it."""

from __future__ import annotations

import contextlib
import json
import re
import socket as sockets
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from websockets.sync.client import ClientConnection

from jobsync_server import PATIENCE, Server, connect

Launch = Callable[..., Server]
JOBS = 1000


def request(method: str, params: dict[str, Any], number: Any = 1) -> dict[str, Any]:
    """A call, not sent yet."""
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


def call(socket: ClientConnection, method: str, params: dict[str, Any]) -> dict[str, Any]:
    """Make a call and return its answer."""
    socket.send(json.dumps(request(method, params, "call")))
    while True:
        message = json.loads(socket.recv(timeout=PATIENCE))
        if isinstance(message, dict) and message.get("id") == "call":
            return message


def fill(server: Server) -> None:
    """Make many jobs that wait."""
    with connect(server.socket) as socket:
        call(socket, "tasks.limit", {"task": "quick", "limit": 0})
        for start in range(0, JOBS, 100):
            jobs = [
                request("jobs.new", {"task": "quick", "job_id": f"j{start + n}"})
                for n in range(100)
            ]
            socket.send(json.dumps(jobs))
            assert all("result" in each for each in json.loads(socket.recv(timeout=PATIENCE)))


def metric(server: Server, name: str) -> float:
    """A metric's value; 0 if it is not told."""
    with urllib.request.urlopen(f"{server.url}/metrics") as answer:
        found = re.search(rf"^{re.escape(name)} (\S+)$", answer.read().decode(), re.MULTILINE)
    return float(found[1]) if found else 0


FOUND = 'jobsync_calls_total{method="jobs.find",outcome="ok"}'


def test_eight_hundred_pages_hold_up_nobody_else(launch: Launch) -> None:
    server = launch("quick.yaml", rate=0)
    fill(server)
    with (
        connect(server.socket, max_size=None, close_timeout=0) as attacker,
        connect(server.socket) as other,
    ):
        pages = [request("jobs.find", {"limit": 1000}, number) for number in range(100)]
        for _ in range(8):
            attacker.send(json.dumps(pages))
        # It has begun.
        while metric(server, FOUND) < 1:
            pass
        for number in range(2):
            new = call(other, "jobs.new", {"task": "quick", "job_id": f"other-{number}"})
            assert new["result"]["created"]
            assert "result" in call(other, "session.whoami", {})
            assert "result" in call(other, "jobs.detail", {"_id": f"other-{number}"})
        # Most of what was asked for before is outstanding: not even the first batch is answered.
        assert metric(server, FOUND) < 100
    # What nobody waits for any more is not looked for.
    with connect(server.socket) as other:
        call(other, "session.whoami", {})
    assert metric(server, FOUND) < 200


@pytest.mark.parametrize("method", ["jobs.cancel", "jobs.archive", "jobs.remove"])
def test_long_lists_of_ids_hold_up_nobody_else(launch: Launch, method: str) -> None:
    server = launch("quick.yaml", rate=0)
    done = f'jobsync_calls_total{{method="{method}",outcome="ok"}}'
    with contextlib.ExitStack() as stack:
        other = stack.enter_context(connect(server.socket))
        call(other, "tasks.limit", {"task": "quick", "limit": 0})
        # Of none of these is there a job.
        ids = [f"z{number}" for number in range(1000)]
        lists = json.dumps([request(method, {"_id": ids}, number) for number in range(99)])
        for _ in range(3):
            attacker = connect(server.socket, max_size=None, close_timeout=0)
            stack.enter_context(attacker).send(lists)
        while metric(server, done) < 1:
            pass
        new = call(other, "jobs.new", {"task": "quick", "job_id": "other"})
        assert new["result"]["created"]
        assert "result" in call(other, "session.whoami", {})
        assert metric(server, done) < 99


def test_the_answer_to_a_list_names_each_id_once(launch: Launch) -> None:
    server = launch("quick.yaml")
    with connect(server.socket) as socket:
        call(socket, "tasks.limit", {"task": "quick", "limit": 0})
        call(socket, "jobs.new", {"task": "quick", "job_id": "a"})
        ids = ["a", "nobody", "a", "no id \u00e9", "no id e\u0301", "nobody"]
        jobs = call(socket, "jobs.cancel", {"_id": ids})["result"]["jobs"]
        assert list(jobs) == ["a", "nobody", "no id \u00e9", "no id e\u0301"]
        assert jobs.pop("a") == "cancelled"
        assert {error["data"]["code"] for error in jobs.values()} == {"not_found"}
        assert [error["data"]["_id"] for error in jobs.values()] == list(jobs)


def test_costly_calls_of_a_client_do_not_hold_up_its_cheap_ones(launch: Launch) -> None:
    server = launch("quick.yaml", rate=0)
    fill(server)
    with connect(server.socket, max_size=None) as socket:
        for number in range(20):
            socket.send(json.dumps(request("jobs.find", {"limit": 1000}, number)))
        socket.send(json.dumps(request("session.whoami", {}, "me")))
        order = [json.loads(socket.recv(timeout=PATIENCE))["id"] for _ in range(21)]
        assert order.index("me") < 10
        pages = [number for number in order if number != "me"]
        assert pages == sorted(pages)


def test_the_answer_to_a_batch_has_an_end(launch: Launch) -> None:
    server = launch("quick.yaml", rate=0)
    fill(server)
    with connect(server.socket, max_size=None) as socket:
        pages = [request("jobs.find", {"limit": 1000}, number) for number in range(100)]
        socket.send(json.dumps(pages))
        text = socket.recv(timeout=PATIENCE)
        assert len(text) < 17 << 20
        answers = json.loads(text)
        assert {answer["id"] for answer in answers} == set(range(100))
        refused = [answer["error"] for answer in answers if "error" in answer]
        assert refused
        assert all(error["data"]["code"] == "rate_limited" for error in refused)
        # Less at once is answered whole, also when it follows at once.
        few = [request("jobs.find", {"limit": 1000}, number) for number in range(3)]
        socket.send(json.dumps(few))
        assert all("result" in each for each in json.loads(socket.recv(timeout=PATIENCE)))


def test_a_slow_reader_of_many_pages_is_not_cut_off(launch: Launch) -> None:
    server = launch("quick.yaml", rate=0, stall="10m")
    fill(server)
    raw = sockets.socket()
    # Set before connecting, for it decides how much the other end may send.
    raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    host, port = server.socket.removeprefix("ws://").removesuffix("/ws").split(":")
    raw.connect((host, int(port)))
    with connect(server.socket, sock=raw, max_size=None, max_queue=1) as socket:
        for number in range(40):
            socket.send(json.dumps(request("jobs.find", {"limit": 1000}, number)))
        # It does not read until the server has noticed.
        while metric(server, "jobsync_connections_choked") < 1:
            pass
        for number in range(40):
            answer = json.loads(socket.recv(timeout=PATIENCE))
            assert answer["id"] == number
            assert len(answer["result"]["jobs"]) == JOBS


def test_a_page_counts_by_its_limit(launch: Launch) -> None:
    server = launch("quick.yaml")
    with connect(server.socket) as socket:
        limits = call(socket, "session.whoami", {})["result"]["limits"]
        assert limits["documents"] == 100
        pages = [request("jobs.find", {"limit": 1000}, number) for number in range(100)]
        refused: list[dict[str, Any]] = []
        asked = 0
        while not refused:
            socket.send(json.dumps(pages))
            answers = json.loads(socket.recv(timeout=PATIENCE))
            refused = [answer["error"] for answer in answers if "error" in answer]
            asked += 100
            assert asked <= 2000, "20,000 calls at once were let through"
        assert refused[0]["data"]["code"] == "rate_limited"
        assert refused[0]["data"]["after"] > 0
        assert "counts as 10" in refused[0]["message"]
