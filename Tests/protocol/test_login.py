"""Three wrong tokens are all that a connection may try, however they come."""

from __future__ import annotations

import json
import socket as sockets
from collections.abc import Callable
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from jobsync_server import PATIENCE, Server, connect

Launch = Callable[..., Server]


def attempt(token: str | None, number: int | None = None) -> dict[str, Any]:
    """A login, not sent yet; one without a number is a notification."""
    request = {
        "jsonrpc": "2.0", "method": "session.authenticate", "params": {"token": token},
    }  # fmt: skip
    return request if number is None else {**request, "id": number}


def whoami(number: int) -> dict[str, Any]:
    """A call that only those may make who have logged in."""
    return {"jsonrpc": "2.0", "id": number, "method": "session.whoami"}


def send_together(socket: ClientConnection, messages: list[Any]) -> None:
    """Have several messages arrive before the first of them is answered."""
    socket.socket.setsockopt(sockets.IPPROTO_TCP, sockets.TCP_CORK, 1)
    for message in messages:
        socket.send(json.dumps(message))
    socket.socket.setsockopt(sockets.IPPROTO_TCP, sockets.TCP_CORK, 0)


def until_closed(socket: ClientConnection) -> list[dict[str, Any]]:
    """Every answer until the server closes for wrong tokens."""
    answers: list[dict[str, Any]] = []
    with pytest.raises(ConnectionClosed):
        while True:
            message = json.loads(socket.recv(timeout=PATIENCE))
            several = message if isinstance(message, list) else [message]
            answers += [each for each in several if "id" in each]
    assert socket.protocol.close_code == 4501
    return answers


def check_refused(answers: list[dict[str, Any]]) -> None:
    """Nobody was let in."""
    assert {answer["error"]["data"]["code"] for answer in answers} <= {"unauthenticated"}


def test_a_batch_of_tokens_with_the_right_one_among_them(launch: Launch) -> None:
    server = launch(auth="token")
    with connect(server.socket) as socket:
        wrong = [attempt(f"no{number}", number) for number in range(20)]
        socket.send(json.dumps([*wrong, attempt(server.token, 20), whoami(21)]))
        answers = until_closed(socket)
        assert {answer["id"] for answer in answers} == set(range(22))
        check_refused(answers)


def test_notifications_are_attempts_too(launch: Launch) -> None:
    server = launch(auth="token")
    with connect(server.socket) as socket:
        socket.send(json.dumps([attempt("no")] * 3 + [attempt(server.token), whoami(1)]))
        answers = until_closed(socket)
        assert [answer["id"] for answer in answers] == [1]
        check_refused(answers)


@pytest.mark.parametrize("number", [1, None])
def test_tokens_in_quick_succession(launch: Launch, number: int | None) -> None:
    server = launch(auth="token")
    with connect(server.socket) as socket:
        wrong = [attempt("no", number)] * 3
        send_together(socket, [*wrong, attempt(server.token, 4), [attempt(server.token, 5)]])
        check_refused(until_closed(socket))


def test_one_who_has_logged_in_may_try_no_more(launch: Launch) -> None:
    server = launch(auth="token")
    with connect(server.socket) as socket:
        wrong = [attempt("no", number) for number in range(3)]
        socket.send(json.dumps([attempt(server.token, 3), *wrong, attempt(server.token, 4)]))
        answers = {answer["id"]: answer for answer in until_closed(socket)}
        assert "result" in answers.pop(3)
        assert len(answers) == 4
        check_refused(list(answers.values()))


def test_two_wrong_tokens_are_forgiven(launch: Launch) -> None:
    server = launch(auth="token")
    with connect(server.socket) as socket:
        socket.send(json.dumps([attempt("no", 1), attempt("no", 2), attempt(server.token, 3)]))
        answers = {answer["id"]: answer for answer in json.loads(socket.recv(timeout=PATIENCE))}
        check_refused([answers[1], answers[2]])
        assert "result" in answers[3]
        socket.send(json.dumps(whoami(4)))
        assert "result" in json.loads(socket.recv(timeout=PATIENCE))


def test_what_follows_in_a_batch_after_the_last_bad_request_is_not_done(launch: Launch) -> None:
    server = launch("quick.yaml")
    new = {
        "jsonrpc": "2.0", "id": 1, "method": "jobs.new",
        "params": {"task": "quick", "job_id": "late"},
    }  # fmt: skip
    with connect(server.socket) as socket:
        socket.send(json.dumps([{}] * 20 + [new]))
        with pytest.raises(ConnectionClosed):
            while True:
                socket.recv(timeout=PATIENCE)
        assert socket.protocol.close_code == 4507
    with connect(server.socket) as socket:
        detail = {"jsonrpc": "2.0", "id": 1, "method": "jobs.detail", "params": {"_id": "late"}}
        socket.send(json.dumps(detail))
        answer = json.loads(socket.recv(timeout=PATIENCE))
        assert answer["error"]["data"]["code"] == "not_found"
