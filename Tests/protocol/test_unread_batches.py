"""What all clients together leave unread of long answers has an end."""

from __future__ import annotations

import contextlib
import ctypes
import json
import pathlib
import re
import socket as sockets
import struct
import subprocess
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from websockets.sync.client import ClientConnection

from jobsync_server import PATIENCE, Server, connect

Launch = Callable[..., Server]
CLIENTS = 6
CALLS = 60
LONGEST = 256 << 10
ANSWER = LONGEST * 4 // 3 + 1000
MOST = 64 << 20


def request(number: int) -> dict[str, Any]:
    """A call whose answer is as long as one of its kind may be."""
    params = {"_id": "kept", "name": "big"}
    return {"jsonrpc": "2.0", "id": number, "method": "jobs.output", "params": params}


def call(socket: ClientConnection, message: Any) -> Any:
    """Send a message and return its answer; pushes on the way are left out."""
    socket.send(json.dumps(message))
    while True:
        answer = json.loads(socket.recv(timeout=PATIENCE))
        if isinstance(answer, list) or "id" in answer:
            return answer


def keep(server: Server) -> None:
    """Let a job end that has kept a large file."""
    with connect(server.socket) as socket:
        new = {"task": "quick", "job_id": "kept"}
        call(socket, {"jsonrpc": "2.0", "id": 1, "method": "jobs.new", "params": new})
        detail = {"jsonrpc": "2.0", "id": 2, "method": "jobs.detail", "params": {"_id": "kept"}}
        while call(socket, detail)["result"]["job"]["status"][-1]["state"] != "complete":
            pass
    folder = server.data / "outputs/kept"
    folder.mkdir(parents=True)
    (folder / "big").write_bytes(b"x" * LONGEST)


def ask_and_not_read(server: Server, message: Any) -> sockets.socket:
    """A client that reads nothing once its WebSocket is open."""
    host, port = server.socket.removeprefix("ws://").removesuffix("/ws").split(":")
    socket = sockets.socket()
    # Set before connecting, for it decides how much the other end may send.
    socket.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    socket.settimeout(PATIENCE)
    socket.connect((host, int(port)))
    socket.sendall(
        f"GET /ws HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        "Sec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += socket.recv(1)
    payload = json.dumps(message).encode()
    socket.sendall(struct.pack("!BBH4x", 0x81, 0x80 | 126, len(payload)) + payload)
    return socket


def metric(server: Server, name: str, label: str = "") -> float:
    """The sum of a metric's values."""
    with urllib.request.urlopen(f"{server.url}/metrics") as answer:
        text = answer.read().decode()
    lines = re.findall(rf"^{name}(?:{{(.*)}})? (\S+)$", text, re.MULTILINE)
    return sum(float(value) for labels, value in lines if label in labels)


def test_unread_batches_have_an_end_for_all_clients_together(launch: Launch) -> None:
    server = launch("quick.yaml", rate=0, stall="10m")
    keep(server)
    batch = [request(number) for number in range(CALLS)]
    with (
        contextlib.ExitStack() as stack,
        connect(server.socket, max_size=None) as other,
    ):
        for _ in range(CLIENTS):
            stack.enter_context(ask_and_not_read(server, batch))
        while metric(server, "jobsync_calls_total", "jobs.output") < CLIENTS * CALLS:
            pass
        waiting = metric(server, "jobsync_answer_bytes_waiting")
        # One of them may have had an answer under way when it became too much.
        assert MOST - ANSWER < waiting < MOST + CLIENTS * (LONGEST + 2 * ANSWER)
        # Whoever comes now gets no less than what a connection may have unread.
        answers = call(other, [request(number) for number in range(10)])
        assert 1 <= sum("result" in answer for answer in answers) <= 2
        for error in (answer["error"] for answer in answers if "error" in answer):
            assert error["data"]["code"] == "rate_limited" and error["data"]["retry"]
            assert "all clients together" in error["message"]
        for number in range(3):
            assert "result" in call(other, request(number))
        assert "result" in call(other, [request(1)])[0]
    with connect(server.socket, max_size=None) as other:
        while metric(server, "jobsync_answer_bytes_waiting") > 0:
            pass
        answers = call(other, [request(number) for number in range(10)])
        assert all("result" in answer for answer in answers)


def wait_until(check: Callable[[], bool]) -> None:
    """Look again and again, and let the server work in between."""
    while not check():
        time.sleep(0.05)


def enter_network_of_small_buffers() -> None:
    """Leave this thread, and what it starts, a network whose sockets take little unread."""
    clone_newnet = 0x40000000
    try:
        # Python has a name for it from 3.12 on only.
        if ctypes.CDLL(None, use_errno=True).unshare(clone_newnet) != 0:
            raise OSError(ctypes.get_errno(), "unshare")
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True, capture_output=True)
        pathlib.Path("/proc/sys/net/ipv4/tcp_wmem").write_text("4096 16384 32768")
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"needs the right to make a network: {error}")


def test_unread_answers_have_an_end_for_all_clients_together(launch: Launch) -> None:
    # A network belongs to a thread; the other tests keep theirs.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(hoard, launch).result()


def hoard(launch: Launch) -> None:
    most, clients = 128 << 20, 450
    enter_network_of_small_buffers()
    server = launch("quick.yaml", rate=0, stall="10m")
    keep(server)
    with (
        contextlib.ExitStack() as stack,
        connect(server.socket, proxy=None, max_size=None) as other,
    ):
        for _ in range(clients):
            stack.enter_context(ask_and_not_read(server, request(1)))
        wait_until(lambda: metric(server, "jobsync_calls_total", "jobs.output") >= clients)
        dropped = clients - most // (LONGEST * 4 // 3)
        wait_until(lambda: metric(server, "jobsync_connections_closed_total", '"4008"') >= dropped)
        assert most // 2 < metric(server, "jobsync_answer_bytes_waiting") <= most
        # Whoever reads is not among them.
        for number in range(3):
            assert "result" in call(other, request(number))
    with connect(server.socket, proxy=None, max_size=None) as other:
        wait_until(lambda: metric(server, "jobsync_answer_bytes_waiting") == 0)
        assert "result" in call(other, request(1))
