"""Bytes that are no protocol, and messages that are nearly right."""

from __future__ import annotations

import contextlib
import json

from arena import Arena
from catalogue import attack
from frames import TEXT, RawSocket, frame
from jobsync_server import VECTORS


@attack("garbage", "A0", "random bytes, and conversations with damage", tasks=["held.yaml"])
def garbage(arena: Arena) -> None:
    """It stood this before, and must go on to."""
    chance = arena.random
    said = []
    for path in sorted(VECTORS.glob("*.jsonl")):
        for line in path.read_text().splitlines():
            event = json.loads(line)
            if event.get("dir") == "in" and "msg" in event:
                said.append(json.dumps(event["msg"]).encode())
    for _ in range(arena.count(4000, 300)):
        client = RawSocket(arena.server, patience=0.05)
        with contextlib.suppress(OSError, EOFError):
            if chance.random() < 0.3:
                client.send(chance.randbytes(chance.randrange(1, 4000)))
            else:
                client.socket.settimeout(20)
                client.upgrade()
                client.socket.settimeout(0.05)
                for _ in range(6):
                    text = bytearray(chance.choice(said))
                    for _ in range(chance.randrange(4)):
                        place = chance.randrange(len(text))
                        text[place : place + chance.randrange(3)] = chance.randbytes(2)
                    kind = TEXT if chance.random() < 0.9 else chance.randrange(16)
                    client.send(frame(kind, bytes(text), deflated=chance.random() < 0.05))
            client.socket.recv(1 << 16)
        client.close()
    # Some of it was right, and set limits.
    socket = arena.connect()
    arena.call(socket, "tasks.limit", task="quick", limit=None)
    arena.call(socket, "resources.limit", proc=4, mem=8)
