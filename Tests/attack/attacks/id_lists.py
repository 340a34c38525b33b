"""Batches of calls that name many jobs, none of which there is."""

from __future__ import annotations

import json
import threading

from websockets.exceptions import WebSocketException

from arena import Arena
from catalogue import attack


@attack("id-lists", "A5", "10 batches of 99 × jobs.cancel with 1,000 ids", tasks=["held.yaml"])
def id_lists(arena: Arena) -> None:
    """8 MB of questions, 160 MB of answers, each of which is a refusal."""
    socket = arena.connect()
    arena.call(socket, "tasks.limit", task="held", limit=0)
    threads = []
    for number in range(arena.count(10, 4)):
        thread = threading.Thread(target=_name, args=(arena, number), daemon=True)
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join(arena.count(120, 10))


def _name(arena: Arena, number: int) -> None:
    method = ["jobs.cancel", "jobs.archive", "jobs.remove"][number % 3]
    ids = [f"z{n}" for n in range(1000)]
    calls = [
        {"jsonrpc": "2.0", "id": n, "method": method, "params": {"_id": ids}} for n in range(99)
    ]
    try:
        socket = arena.connect()
        socket.send(json.dumps(calls))
        # It may well be refused, or be closed for what it did not read: that is the server's right.
        while not isinstance(json.loads(socket.recv(timeout=arena.count(120, 10))), list):
            pass
    except (OSError, WebSocketException):
        pass
