"""Batches of questions whose answers are long."""

from __future__ import annotations

import json
import threading

from websockets.exceptions import WebSocketException

from arena import Arena
from catalogue import attack


@attack("costly-finds", "A5", "8 batches of 100 × jobs.find {limit: 1000}", tasks=["held.yaml"])
def costly_finds(arena: Arena) -> None:
    """64 KB of questions, 800 MB of answers."""
    socket = arena.connect()
    arena.call(socket, "tasks.limit", task="held", limit=0)
    count = arena.count(5000, 1500)
    arena.make_jobs(socket, ({"task": "held", "job_id": f"held-{n}"} for n in range(count)))
    threads = []
    for number in range(arena.count(8, 4)):
        thread = threading.Thread(target=_ask, args=(arena, number), daemon=True)
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join(arena.count(120, 15))


def _ask(arena: Arena, number: int) -> None:
    sorts = ["added", "-added", "updated", "-updated"]
    calls = [
        {
            "jsonrpc": "2.0", "id": n, "method": "jobs.find",
            "params": {"limit": 1000, "sort": sorts[(n + number) % 4]},
        }
        for n in range(100)
    ]  # fmt: skip
    try:
        socket = arena.connect()
        socket.send(json.dumps(calls))
        # It may well be refused, or be closed for what it did not read: that is the server's right.
        while not isinstance(json.loads(socket.recv(timeout=arena.count(120, 15))), list):
            pass
    except (OSError, WebSocketException):
        pass
