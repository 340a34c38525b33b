"""What a job has kept, over plain HTTP."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import os
import socket
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from hung_folder import HungFolder
from jobsync_server import PATIENCE, Server, connect

Launch = Callable[..., Server]
# Begins with an accent, which to a reader of text belongs to the slash before it.
ACCENT = "qc/\u0301a"
ODD = 'qc/a "b" #?%;\u00e4\u2603.html'


def keep(server: Server, files: dict[str, bytes], job: str = "kept") -> None:
    """Let a job end, and put files where it would have kept them."""
    headers = {"Authorization": f"Bearer {server.token}"} if server.token else {}
    with connect(server.socket, additional_headers=headers) as client:
        params = {"task": "quick", "job_id": job}
        client.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "jobs.new", "params": params}))
        while json.loads(client.recv(timeout=PATIENCE)).get("id") != 1:
            pass
        state = ""
        while state != "complete":
            params = {"_id": job}
            client.send(
                json.dumps({"jsonrpc": "2.0", "id": 2, "method": "jobs.detail", "params": params})
            )
            answer = json.loads(client.recv(timeout=PATIENCE))
            while answer.get("id") != 2:
                answer = json.loads(client.recv(timeout=PATIENCE))
            state = answer["result"]["job"]["status"][-1]["state"]
    for name, content in files.items():
        path = Path(server.data) / "outputs" / job / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def get(server: Server, name: str, method: str = "GET", **headers: str) -> http.client.HTTPResponse:
    return server.http(method, f"/jobs/kept/outputs/{quote(name)}", **headers)


def test_a_file_comes_whole_and_is_only_saved(launch: Launch) -> None:
    server = launch("quick.yaml")
    keep(server, {ODD: b"<script>alert(1)</script>", "empty": b"", ACCENT: b"a"})
    assert get(server, ACCENT).read() == b"a"
    assert get(server, "qc/%41").status == 404, "decoded once"
    answer = get(server, ODD)
    assert (answer.status, answer.read()) == (200, b"<script>alert(1)</script>")
    assert answer.getheader("Content-Type") == "application/octet-stream"
    assert answer.getheader("X-Content-Type-Options") == "nosniff"
    disposition = answer.getheader("Content-Disposition") or ""
    assert disposition.startswith(
        "attachment; filename=\"a _b_ #?_;__.html\"; filename*=UTF-8''a%20"
    )
    assert "%C3%A4%E2%98%83.html" in disposition
    head = get(server, ODD, "HEAD")
    assert (head.status, head.getheader("Content-Length"), head.read()) == (200, "25", b"")
    empty = get(server, "empty")
    assert (empty.status, empty.getheader("Content-Length"), empty.read()) == (200, "0", b"")
    tag = answer.getheader("ETag") or ""
    for known in (tag, f'"other", W/{tag}', "*"):
        again = get(server, ODD, If_None_Match=known)
        assert (again.status, again.read()) == (304, b"")
    assert get(server, ODD, If_None_Match='"other"').status == 200


@pytest.mark.parametrize(
    ("asked", "status", "content", "range_"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=7-", 206, b"789", "bytes 7-9/10"),
        ("bytes=-4", 206, b"6789", "bytes 6-9/10"),
        ("bytes=-99", 206, b"0123456789", "bytes 0-9/10"),
        ("bytes=8-99999999999999999999999", 206, b"89", "bytes 8-9/10"),
        ("BYTES=9-9", 206, b"9", "bytes 9-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"),
        ("bytes=99999999999999999999999-", 416, b"", "bytes */10"),
        ("bytes=-0", 416, b"", "bytes */10"),
        ("bytes=3-1", 200, b"0123456789", None),
        ("bytes=-", 200, b"0123456789", None),
        ("bytes=0-1,3-4", 200, b"0123456789", None),
        ("bytes=a-b", 200, b"0123456789", None),
        ("bytes=+1-2", 200, b"0123456789", None),
        ("lines=1-2", 200, b"0123456789", None),
    ],
)
def test_a_part_of_a_file(
    launch: Launch, asked: str, status: int, content: bytes, range_: str | None
) -> None:
    server = launch("quick.yaml")
    keep(server, {"ten": b"0123456789"})
    answer = get(server, "ten", Range=asked)
    assert (answer.status, answer.read()) == (status, content)
    assert answer.getheader("Content-Range") == range_
    other = get(server, "ten", Range=asked, If_Range='"other"')
    assert (other.status, other.read()) == (200, b"0123456789")


def test_nothing_else_is_sent(launch: Launch) -> None:
    server = launch("quick.yaml")
    keep(server, {"a": b"a", "d/b": b"b"})
    folder = Path(server.data) / "outputs" / "kept"
    (folder / "link").symlink_to("/etc/passwd")
    (folder / "up").symlink_to(folder.parent.parent)
    for name in (
        "none",
        "link",
        "up/token",
        "d",
        "d/",
        "a/",
        "../../token",
        "..%2f..%2ftoken",
        "d/..%2f..%2f..%2ftoken",
        "%252e%252e/%252e%252e/token",
        "..%cc%81/token",
        "../%cc%81",
        "a%00",
    ):
        answer = server.http("GET", f"/jobs/kept/outputs/{name}")
        assert answer.status in (400, 404), name
        answer.read()
    for path in (
        "/jobs/nobody/outputs/a",
        "/jobs/kept/outputs",
        "/jobs/../outputs/kept/a",
        "/jobs/%2e/outputs/a",
    ):
        assert server.http("GET", path).status in (400, 404), path
    assert server.http("POST", "/jobs/kept/outputs/a").status == 405


def test_login_is_needed(launch: Launch) -> None:
    server = launch("quick.yaml", auth="token")
    keep(server, {"a": b"a"})
    assert get(server, "a").status == 401
    assert get(server, "a", Authorization="Bearer wrong").status == 401
    answer = get(server, "a", Authorization=f"Bearer {server.token}")
    assert (answer.status, answer.read()) == (200, b"a")


def test_a_large_file_takes_little_memory_and_holds_nobody_up(launch: Launch) -> None:
    server = launch("quick.yaml")
    piece = bytes(range(256)) * 4096
    keep(server, {"large": piece * 200})
    address = urlsplit(server.url)
    # Those who ask and do not read.
    idle = []
    for _ in range(8):
        client = socket.create_connection((address.hostname, address.port))
        client.sendall(
            f"GET /jobs/kept/outputs/large HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode()
        )
        idle.append(client)
    answer = get(server, "large")
    digest = hashlib.sha256()
    count = 0
    while part := answer.read(1 << 16):
        digest.update(part)
        count += len(part)
    assert count == 200 << 20
    assert digest.hexdigest() == hashlib.sha256(piece * 200).hexdigest()
    metrics = server.http("GET", "/metrics").read().decode()
    resident = next(
        float(line.split()[1])
        for line in metrics.splitlines()
        if line.startswith("process_resident_memory_bytes")
    )
    assert resident < 150 << 20, "the file has 200 MiB"
    for client in idle:
        client.close()


def test_one_connection_may_ask_again(launch: Launch) -> None:
    server = launch("quick.yaml")
    keep(server, {"a": b"a" * 600_000, "b": b"b"})
    address = urlsplit(server.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=PATIENCE)
    for name, size in (("a", 600_000), ("b", 1), ("a", 600_000), ("none", None)):
        connection.request("GET", f"/jobs/kept/outputs/{name}")
        answer = connection.getresponse()
        content = answer.read()
        assert (size is None and answer.status == 404) or len(content) == size
    connection.close()


def test_a_file_that_ends_early_breaks_the_connection(launch: Launch) -> None:
    server = launch("quick.yaml")
    keep(server, {"large": b"x" * (64 << 20)})
    address = urlsplit(server.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=PATIENCE)
    connection.request("GET", "/jobs/kept/outputs/large")
    answer = connection.getresponse()
    answer.read(1)
    with (Path(server.data) / "outputs" / "kept" / "large").open("r+b") as file:
        file.truncate(1 << 20)
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        answer.read()


def test_so_many_at_a_time(launch: Launch) -> None:
    server = launch("quick.yaml")
    keep(server, {"large": b"x" * (32 << 20), "small": b"x"})
    address = urlsplit(server.url)
    ask = f"GET /jobs/kept/outputs/large HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode()
    idle = []
    for _ in range(32):
        client = socket.create_connection((address.hostname, address.port))
        client.sendall(ask)
        assert client.recv(12) == b"HTTP/1.1 200"
        idle.append(client)
    refused = get(server, "small")
    assert (refused.status, refused.getheader("Retry-After")) == (503, "1")
    assert server.http("GET", "/healthz").status == 200
    for client in idle:
        client.close()
    # As soon as the server has noticed.
    while (answer := get(server, "small")).status == 503:
        answer.read()
    assert answer.read() == b"x"
    while open_outputs(server):
        pass


def open_outputs(server: Server) -> int:
    """How many files that jobs have kept the server has open."""
    count = 0
    for file in Path(f"/proc/{server.process.pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            count += "/outputs/" in os.readlink(file)
    return count


def test_a_folder_that_hangs_harms_only_who_asks_for_it(launch: Launch) -> None:
    server = launch("quick.yaml")
    keep(server, {"a": b"a"})
    keep(server, {"a": b"b"}, "other")
    address = urlsplit(server.url)
    with HungFolder(Path(server.data) / "outputs" / "kept"):
        clients = []
        for _ in range(20):
            client = http.client.HTTPConnection(
                address.hostname or "", address.port, timeout=PATIENCE
            )
            client.request("GET", "/jobs/kept/outputs/a")
            clients.append(client)
        assert server.http("GET", "/jobs/other/outputs/a").read() == b"b"
        assert server.http("GET", "/healthz").status == 200
    for client in clients:
        answer = client.getresponse()
        assert answer.status in (200, 404, 503)
        client.close()
