"""Compressed messages of every length and kind, for the library's inflater."""

from __future__ import annotations

import json
import random
import zlib

from arena import Arena
from catalogue import attack
from frames import TEXT, RawSocket, frame

OFFERS = [
    "permessage-deflate; client_max_window_bits",
    "permessage-deflate",
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
    "permessage-deflate; server_max_window_bits=10, permessage-deflate",
]
STRATEGIES = [0, zlib.Z_FILTERED, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE, zlib.Z_FIXED]
FLUSHES = [zlib.Z_SYNC_FLUSH, zlib.Z_SYNC_FLUSH, zlib.Z_FINISH, zlib.Z_FULL_FLUSH]


@attack("deflated-messages", "A2", "compressed messages of awkward lengths", compression="on")
def deflated_messages(arena: Arena) -> None:
    """4,101 times "a" at level 1 ended every server; so may others."""
    chance = arena.random
    for payload, level, strategy, flush in _inputs(arena):
        client = RawSocket(arena.server)
        head = client.upgrade(deflate=chance.choice(OFFERS))
        deflater = zlib.compressobj(level, zlib.DEFLATED, -15, 8, strategy)
        data = deflater.compress(payload) + deflater.flush(flush)
        data = data.removesuffix(b"\0\0\xff\xff")
        if "permessage-deflate" in head:
            client.send(_frames(chance, data))
            # Somebody's next message tells whether the connection still works or was closed.
            call = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "session.whoami"}).encode()
            client.send(frame(TEXT, call))
            next((True for kind, _ in client.frames() if kind in (TEXT, 8)), None)
        client.close()


def _inputs(arena: Arena) -> list[tuple[bytes, int, int, int]]:
    chance = arena.random
    lengths = [4101, 4096, 4095, 4097, 4100, 1024, 8192, 1 << 16, (1 << 20) - 1, 1 << 20, 1 << 21]
    for _ in range(arena.count(300, 25)):
        lengths.append(chance.randrange(1, 1 << chance.randrange(4, 21)))
        lengths.append(4096 * chance.randrange(1, 20) + chance.randrange(-8, 9))
    inputs = [
        (b"a" * length, level, zlib.Z_DEFAULT_STRATEGY, zlib.Z_SYNC_FLUSH)
        for length in (4101, *range(4094, 4104), 8197, 12_293, 16_389)
        for level in (1, 9)
    ]
    for length in lengths:
        kind = chance.randrange(4)
        if kind == 0:
            payload = chance.choice(b"a \0{").to_bytes(1, "big") * length
        elif kind == 1:
            payload = chance.randbytes(length)
        elif kind == 2:
            payload = (b'{"jsonrpc":"2.0","id":1,"method":"x"}' * (length // 37 + 1))[:length]
        else:
            payload = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "m" * length}).encode()
        level, strategy = chance.randrange(10), chance.choice(STRATEGIES)
        inputs.append((payload, level, strategy, chance.choice(FLUSHES)))
    return inputs


def _frames(chance: random.Random, data: bytes) -> bytes:
    """In one frame, or in two."""
    if chance.random() < 0.8 or len(data) < 2:
        return frame(TEXT, data, deflated=True)
    cut = chance.randrange(1, len(data))
    return frame(TEXT, data[:cut], last=False, deflated=True) + frame(0, data[cut:])
