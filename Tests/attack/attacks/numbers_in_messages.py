"""Numbers at which arithmetic breaks, wherever a message has one."""

from __future__ import annotations

import json
from typing import Any

from arena import Arena
from catalogue import attack
from corners import NO_NUMBERS, corner_numbers
from frames import CLOSE, TEXT, RawSocket, frame

PLACES = [
    ("jobs.new", '{{"task": "anything", "args": {{"count": {0}}}}}'),
    ("jobs.new", '{{"task": "anything", "args": {{"share": {0}}}}}'),
    ("jobs.new", '{{"task": "anything", "args": {{"more": {{"a": [{0}, {{"b": {0}}}]}}}}}}'),
    ("jobs.new", '{{"task": "anything", "proc": {0}}}'),
    ("jobs.new", '{{"task": "anything", "mem": {0}}}'),
    ("jobs.new", '{{"task": "anything", "priority": {0}}}'),
    ("jobs.find", '{{"limit": {0}}}'),
    ("jobs.find", '{{"filter": {{"_id": [{0}]}}}}'),
    ("jobs.subscribe", '{{"resume": {{"epoch": "x", "seq": {0}}}}}'),
    ("jobs.subscribe", '{{"manifest": {{"x": {0}}}}}'),
    ("jobs.subscribe", '{{"interval": {0}}}'),
    ("jobs.unsubscribe", '{{"subscription": {0}}}'),
    ("jobs.tail", '{{"_id": "bystander-0", "offset": {0}}}'),
    ("data.list", '{{"kind": "host", "limit": {0}}}'),
    ("data.import", '{{"_id": "x", "upload": "x", "sequences": [{{"_id": {0}}}], "done": true}}'),
    ("data.import", '{{"_id": "x", "viruses": [{{"last": {0}}}], "done": true}}'),
    ("session.authenticate", '{{"token": {0}}}'),
]


@attack(
    "numbers-of-strangers", "A1", "corner numbers as ids and params before the login",
    auth="token",
)  # fmt: skip
def numbers_of_strangers(arena: Arena) -> None:
    """What 55 bytes can do."""
    numbers = corner_numbers(arena.random, arena.count(300, 30)) + NO_NUMBERS
    for start in range(0, len(numbers), 8):
        stranger = RawSocket(arena.server)
        stranger.upgrade(known=False)
        for number in numbers[start : start + 8]:
            stranger.send(frame(TEXT, f'{{"jsonrpc":"2.0","id":{number},"method":"x"}}'.encode()))
            for kind, answer in stranger.frames():
                if kind == CLOSE:
                    break
                if kind == TEXT:
                    _check_echo(arena, number, answer)
                    break
            else:
                break
        stranger.close()


@attack(
    "numbers-in-params", "A1", "corner numbers wherever a call takes one",
    tasks=["anything.yaml"],
)  # fmt: skip
def numbers_in_params(arena: Arena) -> None:
    """The same, by somebody who is known."""
    numbers = corner_numbers(arena.random, arena.count(200, 5))
    if arena.small:
        numbers = numbers[:40] + numbers[66:]
    for method, template in PLACES:
        with arena.connect() as socket:
            for number in numbers:
                params = template.format(number)
                call = f'"id": "n", "method": "{method}", "params": {params}'
                socket.send(f'{{"jsonrpc": "2.0", {call}}}')
                answer: dict[str, Any] = {}
                while answer.get("id", "") not in ("n", None):
                    answer = json.loads(socket.recv(timeout=20))
                code = answer.get("error", {}).get("data", {}).get("code")
                if code == "internal_error":
                    arena.lose(f"{method} {params[:80]}: {answer['error']['message']}")
                if method == "jobs.subscribe" and "result" in answer:
                    params = {"subscription": answer["result"]["subscription"]}
                    arena.answer(socket, "jobs.unsubscribe", params)


def _check_echo(arena: Arena, number: str, answer: bytes) -> None:
    """An id comes back as it was, or is refused; it never becomes another one."""
    message = json.loads(answer, parse_int=str, parse_float=str)
    echoed = message.get("id")
    if echoed is None:
        if message["error"]["code"] not in ("-32600", "-32700"):
            arena.lose(f"the id {number[:40]} was dropped with {message['error']['code']}")
        return
    if not _same(number, str(echoed)):
        arena.lose(f"the id {number[:40]} came back as {str(echoed)[:40]}")


def _same(one: str, other: str) -> bool:
    if one == other:
        return True
    try:
        # Another spelling of the same number, such as 2.0 and 2, is its echo too.
        from decimal import Decimal

        return Decimal(one) == Decimal(other)
    except ArithmeticError:
        return False
