"""Compressed messages (permessage-deflate): agreed on, worth it, and no way in for a bomb."""

from __future__ import annotations

import json
import os
import socket as sockets
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.sync.client import ClientConnection

from jobsync_server import PATIENCE, Server, connect

Launch = Callable[..., Server]
COUNT = 400


def answer(socket: ClientConnection, request: int) -> Any:
    """Read until the answer to a request."""
    while True:
        message = json.loads(socket.recv(timeout=PATIENCE))
        if isinstance(message, list) or message.get("id") == request:
            return message


def call(socket: ClientConnection, method: str, **params: Any) -> Any:
    """Make a call and return its result."""
    socket.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}))
    return answer(socket, 1)["result"]


def make_jobs(server: Server) -> None:
    """Make jobs that wait for ever."""
    with connect(server.socket) as socket:
        call(socket, "tasks.limit", task="quick", limit=0)
        for _ in range(COUNT // 100):
            one = {"jsonrpc": "2.0", "method": "jobs.new", "params": {"task": "quick"}}
            socket.send(json.dumps([{**one, "id": number} for number in range(100)]))
            assert len(answer(socket, 0)) == 100


def view(socket: ClientConnection) -> dict[str, Any]:
    """Subscribe and read the first load."""
    call(socket, "jobs.subscribe")
    jobs: dict[str, Any] = {}
    while True:
        message = json.loads(socket.recv(timeout=PATIENCE))
        if message.get("method") == "jobs.sync":
            jobs |= {job["_id"]: job for job in message["params"]["put"]}
            if not message["params"].get("sync", False):
                return jobs


def bytes_sent(server: Server, number: int) -> list[int]:
    """Bytes sent to each connection so far, oldest first."""
    with connect(server.socket) as socket:
        listed = call(socket, "connections.list")["connections"]
        return [entry["bytes_out"] for entry in listed][:number]


def test_the_same_arrives_in_a_fraction_of_the_bytes(launch: Launch) -> None:
    server = launch("quick.yaml", compression="on")
    make_jobs(server)
    with (
        connect(server.socket, compression=None) as plain,
        connect(server.socket) as compressed,
        connect(server.socket) as another,
    ):
        assert "Sec-WebSocket-Extensions" not in plain.response.headers
        agreed = compressed.response.headers["Sec-WebSocket-Extensions"]
        assert agreed.startswith("permessage-deflate")
        jobs = view(plain)
        assert len(jobs) == COUNT
        assert view(compressed) == jobs
        assert view(another) == jobs
        full, less, same = bytes_sent(server, 3)
        assert less * 4 < full
        assert abs(same - less) < 500, "one compressed form serves all"
        # A short message is not worth it, and arrives all the same.
        assert call(compressed, "jobs.unsubscribe", subscription=1) is True


def test_it_is_off_unless_asked_for(launch: Launch) -> None:
    server = launch()
    with connect(server.socket) as socket:
        assert "Sec-WebSocket-Extensions" not in socket.response.headers
        assert call(socket, "session.whoami")


def test_a_client_that_wants_a_smaller_window_is_sent_plain_messages(launch: Launch) -> None:
    server = launch("quick.yaml", compression="on")
    make_jobs(server)
    offer = ClientPerMessageDeflateFactory(server_max_window_bits=9)
    with connect(server.socket, compression=None, extensions=[offer]) as socket:
        assert "Sec-WebSocket-Extensions" not in socket.response.headers
        assert len(view(socket)) == COUNT


def test_a_long_compressed_call_is_read_to_its_end(launch: Launch) -> None:
    server = launch(compression="on")
    with connect(server.socket) as socket:
        for filler in ("ab" * 400_000, os.urandom(200_000).hex()):
            request = {"jsonrpc": "2.0", "id": 7, "method": "session.whoami", "more": filler}
            socket.send(json.dumps(request))
            assert answer(socket, 7)["result"]["username"]


def test_a_bomb_is_refused_by_what_it_inflates_to(launch: Launch) -> None:
    server = launch(compression="on")
    with connect(server.socket) as other, connect(server.socket) as socket:
        with pytest.raises(ConnectionClosed) as error:
            socket.send("x" * (64 << 20))
            while True:
                socket.recv(timeout=PATIENCE)
        assert error.value.rcvd is not None
        assert error.value.rcvd.code == 1009
        assert call(other, "session.whoami")


def test_damaged_data_ends_that_connection_alone(launch: Launch) -> None:
    server = launch(compression="on")
    host, port = server.socket.removeprefix("ws://").removesuffix("/ws").split(":")
    head = (
        f"GET /ws HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
    )
    good = zlib.compressobj(wbits=-15).compress(b"{}")
    with connect(server.socket) as other:
        for payload in (b"\xff" * 40, good + b"\x07" * 40, bytes(range(100))):
            with sockets.create_connection((host, int(port)), timeout=PATIENCE) as raw:
                raw.sendall(head.encode())
                assert raw.recv(4096).startswith(b"HTTP/1.1 101")
                raw.sendall(struct.pack("!BB4x", 0xC1, 0x80 | len(payload)) + payload)
                raw.shutdown(sockets.SHUT_WR)
                while raw.recv(4096):
                    pass
        assert call(other, "session.whoami")
