"""Clients that stop reading cost little, hold up nobody, and then get the newest state."""

from __future__ import annotations

import json
import os
import pathlib
import re
import socket as sockets
import struct
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

from websockets.sync.client import ClientConnection

from jobsync_server import PATIENCE, Server, connect

Launch = Callable[..., Server]
STALLED = 30
JOBS = 3000
UNSENT = 64 << 10


class Stalled:
    """A client that subscribes and does not read until it is asked to."""

    def __init__(self, server: Server) -> None:
        host, port = server.socket.removeprefix("ws://").removesuffix("/ws").split(":")
        self.socket = sockets.socket()
        # Set before connecting, for it decides how much the other end may send.
        self.socket.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
        self.socket.settimeout(PATIENCE)
        self.socket.connect((host, int(port)))
        self.socket.sendall(
            f"GET /ws HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        self.buffer = b""
        while b"\r\n\r\n" not in self.buffer:
            self.buffer += self.socket.recv(256)
        self.buffer = self.buffer.partition(b"\r\n\r\n")[2]
        call = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "jobs.subscribe"}).encode()
        self.socket.sendall(struct.pack("!BB4x", 0x81, 0x80 | len(call)) + call)

    def breathe(self) -> None:
        """Send a pong, as a page does that is alive and has no time to read."""
        self.socket.sendall(struct.pack("!BB4x", 0x8A, 0x80))

    def take(self, count: int) -> bytes:
        """Read so many bytes."""
        while len(self.buffer) < count:
            more = self.socket.recv(1 << 20)
            assert more, "the server has closed"
            self.buffer += more
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def messages(self) -> Iterator[dict[str, Any]]:
        """Read message after message; pings in between are no messages."""
        while True:
            kind, length = struct.unpack("!BB", self.take(2))
            if length >= 126:
                width = 2 if length == 126 else 8
                length = int.from_bytes(self.take(width), "big")
            payload = self.take(length)
            assert kind != 0x88, f"the server has closed: {payload[2:].decode()}"
            if kind == 0x81:
                yield json.loads(payload)


class View:
    """The jobs as pushes tell of them."""

    def __init__(self) -> None:
        self.jobs: dict[str, Any] = {}
        self.seq = self.documents = 0

    def apply(self, message: dict[str, Any]) -> None:
        """Take in a push."""
        if message.get("method") != "jobs.sync":
            return
        params = message["params"]
        for job in params["put"]:
            assert job["_version"] >= self.jobs.get(job["_id"], job)["_version"]
            self.jobs[job["_id"]] = job
        for job_id in params["del"]:
            self.jobs.pop(job_id, None)
        self.documents += len(params["put"])
        self.seq = params["seq"]


def batch(socket: ClientConnection, calls: list[tuple[str, dict[str, Any]]]) -> list[Any]:
    """Make calls as one batch; return their results."""
    socket.send(
        json.dumps(
            [
                {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
                for number, (method, params) in enumerate(calls)
            ]
        )
    )
    while True:
        message = json.loads(socket.recv(timeout=PATIENCE))
        if isinstance(message, list):
            by_number = sorted(message, key=lambda answer: answer["id"])
            return [answer["result"] for answer in by_number]


def metric(server: Server, name: str) -> float:
    """A metric's value."""
    with urllib.request.urlopen(f"{server.url}/metrics") as answer:
        found = re.search(rf"^{name} (\S+)$", answer.read().decode(), re.MULTILINE)
    assert found
    return float(found[1])


def resident(server: Server) -> int:
    """Bytes of memory that the server holds."""
    pages = pathlib.Path(f"/proc/{server.process.pid}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def turn_over(socket: ClientConnection, ids: list[str]) -> list[str]:
    """Remove jobs, and make as many others; a job is four changes in its life."""
    for start in range(0, len(ids), 100):
        some = ids[start : start + 100]
        batch(socket, [("jobs.cancel", {"_id": some}), ("jobs.remove", {"_id": some})])
    made: list[str] = []
    while len(made) < JOBS:
        results = batch(socket, [("jobs.new", {"task": "quick", "args": {}})] * 100)
        made += [result["_id"] for result in results]
    return made


def test_stalled_readers(launch: Launch) -> None:
    # They must not be cut off, however long a slow machine takes.
    server = launch("quick.yaml", rate=0, stall="10m")
    with (
        connect(server.socket) as maker,
        connect(server.socket, max_size=None) as fast,
    ):
        batch(maker, [("tasks.limit", {"task": "quick", "limit": 0})])
        fast.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "jobs.subscribe"}))
        stalled = [Stalled(server) for _ in range(STALLED)]
        ids: list[str] = []
        # Until the sockets are full; the fast client is read in between.
        view = View()
        rounds = 0
        while metric(server, "jobsync_subscription_lag_max") < JOBS:
            ids = turn_over(maker, ids)
            for client in stalled:
                client.breathe()
            rounds += 1
            assert rounds < 20, "the sockets take everything"
            read_all(fast, view, metric(server, "jobsync_seq"))
        before = resident(server)
        for _ in range(2):
            ids = turn_over(maker, ids)
            for client in stalled:
                client.breathe()
            read_all(fast, view, metric(server, "jobsync_seq"))
        grown = resident(server) - before
        assert set(view.jobs) == set(ids)
        # As much again for what the log and the allocator take.
        assert grown < 2 * STALLED * UNSENT + (24 << 20)
        assert metric(server, "jobsync_connections") == STALLED + 2
        changes = metric(server, "jobsync_seq")
        for client in stalled[:5]:
            late = View()
            for message in client.messages():
                late.apply(message)
                if late.seq >= changes:
                    break
            assert late.jobs == view.jobs
            assert late.documents < changes * 0.75, "only the newest state is told"
        for client in stalled:
            client.socket.close()


def read_all(socket: ClientConnection, view: View, seq: float) -> None:
    """Read pushes up to a position."""
    while view.seq < seq:
        view.apply(json.loads(socket.recv(timeout=PATIENCE)))
