"""Pings that come together."""

from __future__ import annotations

from arena import Arena
from catalogue import attack
from frames import PING, PONG, RawSocket, frame


@attack("pings", "A8", "several pings at once: the newest must be answered")
def pings(arena: Arena) -> None:
    """RFC 6455, 5.5.3: the newest may stand for all."""
    for _ in range(arena.count(40, 8)):
        client = RawSocket(arena.server, patience=5)
        client.upgrade()
        count = arena.random.randrange(2, 30)
        texts = [arena.random.randbytes(arena.random.randrange(0, 126)) for _ in range(count)]
        texts[-1] = b"the newest"
        client.send(b"".join(frame(PING, text) for text in texts))
        answered = []
        try:
            for kind, payload in client.frames():
                if kind == PONG:
                    answered.append(payload)
                if payload == texts[-1]:
                    break
        except TimeoutError:
            arena.lose(f"the last of {count} pings was not answered, {len(answered)} others were")
        client.close()
