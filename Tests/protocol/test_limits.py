"""Guards: what is too much gets its error or close code, and others don't notice."""

from __future__ import annotations

import contextlib
import json
import re
import time
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from jobsync_messages import check_answer, check_push
from jobsync_server import PATIENCE, Server, connect

Launch = Callable[..., Server]


def call(socket: ClientConnection, method: str, params: dict[str, Any]) -> dict[str, Any]:
    """Make a call and return its whole answer."""
    socket.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}))
    while True:
        message = json.loads(socket.recv(timeout=PATIENCE))
        if "method" not in message:
            check_answer(method, message)
            return message


def closed(socket: ClientConnection) -> int:
    """Read until the server closes; return the code."""
    with pytest.raises(ConnectionClosed) as error:
        while True:
            socket.recv(timeout=PATIENCE)
    assert error.value.rcvd is not None
    return error.value.rcvd.code


def test_a_message_that_is_too_big(launch: Launch) -> None:
    server = launch()
    with connect(server.socket) as other, connect(server.socket) as socket:
        fits = {"jsonrpc": "2.0", "id": 1, "method": "session.whoami", "more": ""}
        fits["more"] = "x" * ((1 << 20) - len(json.dumps(fits)))
        assert len(json.dumps(fits)) == 1 << 20
        socket.send(json.dumps(fits))
        assert "result" in json.loads(socket.recv(timeout=PATIENCE))
        socket.send(json.dumps(fits) + " ")
        assert closed(socket) == 1009
        assert "result" in call(other, "session.whoami", {})


def test_sixteen_subscriptions_and_tails(launch: Launch) -> None:
    server = launch("quick.yaml")
    with connect(server.socket) as socket:
        call(socket, "tasks.limit", {"task": "quick", "limit": 0})
        for number in range(17):
            answer = call(socket, "jobs.subscribe", {"filter": {"_id": "nobody"}})
            assert ("error" in answer) is (number == 16)
        assert answer["error"]["data"]["code"] == "rate_limited"
        assert not answer["error"]["data"]["retry"]
        assert call(socket, "jobs.unsubscribe", {"subscription": 3})["result"] is True
        assert call(socket, "jobs.subscribe", {})["result"]["subscription"] == 17
        for number in range(17):
            call(socket, "jobs.new", {"task": "quick", "job_id": f"t{number}"})
            answer = call(socket, "jobs.tail", {"_id": f"t{number}"})
            assert ("error" in answer) is (number == 16)
        assert answer["error"]["data"]["code"] == "rate_limited"


def test_calls_come_too_fast(launch: Launch) -> None:
    server = launch(rate=100)
    with connect(server.socket) as socket:
        request = {"jsonrpc": "2.0", "id": 1, "method": "session.whoami"}
        refused = None
        for _ in range(100):
            socket.send(json.dumps([request] * 100))
            answers = json.loads(socket.recv(timeout=PATIENCE))
            assert len(answers) == 100
            refused = next((a["error"] for a in answers if "error" in a), None)
            if refused:
                break
        assert refused is not None, "10,000 calls at once were let through"
        assert refused["data"]["code"] == "rate_limited" and refused["data"]["retry"]
        time.sleep(refused["data"]["after"] / 1000 + 0.01)
        assert "result" in call(socket, "session.whoami", {})


def test_calls_go_on_coming_too_fast(launch: Launch) -> None:
    server = launch(rate=100)
    with connect(server.socket) as socket:
        request = {"jsonrpc": "2.0", "id": 1, "method": "session.whoami"}
        batch = json.dumps([request] * 100)
        with contextlib.suppress(ConnectionClosed):
            for _ in range(1000):
                socket.send(batch)
                socket.recv(timeout=PATIENCE)
        assert socket.protocol.close_code == 4007


def test_many_calls_in_flight_are_all_answered(launch: Launch) -> None:
    server = launch("quick.yaml")
    with connect(server.socket) as socket:
        call(socket, "tasks.limit", {"task": "quick", "limit": 0})
        for number in range(500):
            params = {"task": "quick", "job_id": f"j{number}"}
            request = {"jsonrpc": "2.0", "id": number, "method": "jobs.new", "params": params}
            socket.send(json.dumps(request))
        answers = [json.loads(socket.recv(timeout=PATIENCE)) for _ in range(500)]
        assert {answer["id"] for answer in answers} == set(range(500))
        assert all(answer["result"]["created"] for answer in answers)


def test_what_takes_time(launch: Launch) -> None:
    """A stranger is put out after 10 s; a heartbeat comes after 25 s and its digest is right."""
    server = launch("quick.yaml", auth="token")
    headers = {"Authorization": f"Bearer {server.token}"}
    known = connect(server.socket, additional_headers=headers)
    with connect(server.socket) as stranger, known as socket:
        call(socket, "tasks.limit", {"task": "quick", "limit": 0})
        for id in ("a", "b"):
            call(socket, "jobs.new", {"task": "quick", "job_id": id})
        call(socket, "jobs.cancel", {"_id": "b"})
        call(socket, "jobs.subscribe", {})
        assert closed(stranger) == 4504
        while (message := json.loads(socket.recv(timeout=PATIENCE)))["method"] != "tick":
            check_push(message)
        check_push(message)
        total = _fnv1a("a:0") ^ _fnv1a("b:1")
        assert message["params"]["count"] == 2
        assert message["params"]["digest"] == f"{total:016x}"


def _fnv1a(text: str) -> int:
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


def commits(server: Server) -> float:
    """How often the store has committed."""
    with urllib.request.urlopen(f"{server.url}/metrics") as answer:
        found = re.search(r"^jobsync_store_commits_total (\S+)$", answer.read().decode(), re.M)
    assert found
    return float(found[1])


def test_a_batch_of_calls_is_one_commit_and_one_push(launch: Launch) -> None:
    server = launch("quick.yaml")
    with connect(server.socket) as socket:
        call(socket, "tasks.limit", {"task": "quick", "limit": 0})
        call(socket, "jobs.subscribe", {})
        before = commits(server)
        one = {"jsonrpc": "2.0", "method": "jobs.new", "params": {"task": "quick"}}
        socket.send(json.dumps([{**one, "id": number} for number in range(50)]))
        put = 0
        while put == 0:
            message = json.loads(socket.recv(timeout=PATIENCE))
            if not isinstance(message, list) and message.get("method") == "jobs.sync":
                put = len(message["params"]["put"])
        assert put == 50
        assert commits(server) == before + 1
