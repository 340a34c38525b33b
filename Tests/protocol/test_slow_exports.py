"""Long exports cost little memory, however slowly they are read; for who has gone none is made."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket as sockets
from collections.abc import Callable
from pathlib import Path

from jobsync_server import PATIENCE, Server, connect
from test_exports import get, keep
from test_slow_clients import resident

Launch = Callable[..., Server]
MEGABYTE = 1 << 20
READERS = 30
EXPORT = 6 * MEGABYTE


def slow_get(server: Server, path: str) -> sockets.socket:
    """Ask for a path, with as little room for the answer as the kernel lets one have."""
    host, port = server.url.removeprefix("http://").split(":")
    client = sockets.socket()
    client.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    client.settimeout(PATIENCE)
    client.connect((host, int(port)))
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
    return client


def head(client: sockets.socket) -> str:
    """Read the first line of an answer, and no more."""
    line = b""
    while not line.endswith(b"\r\n"):
        line += client.recv(1)
    return line.decode().strip()


def test_what_is_read_slowly_lies_on_the_disk(launch: Launch) -> None:
    server = launch(stall="600s")
    keep(server, "sample", "leaf", {"note": "x" * EXPORT})
    # What one costs at all, which a memory allocator need not give back.
    report = json.loads(get(server, "/data/samples/leaf/report.json").read())
    assert len(report["sample"]["document"]["note"]) == EXPORT
    before = resident(server)
    with contextlib.ExitStack() as stack:
        clients = [
            stack.enter_context(slow_get(server, "/data/samples/leaf/report.json"))
            for _ in range(READERS)
        ]
        for client in clients:
            assert head(client) == "HTTP/1.1 200 OK"
        # All are made, and none is read.
        assert resident(server) - before < READERS * EXPORT // 2
        # Nobody sees the files.
        assert not list((Path(server.data) / ".gone").iterdir())


def endless_sample(server: Server) -> None:
    """A sample that takes longer to read than any test may, and one that is short."""
    block = b"@r\n" + b"A" * 5000 + b"\n+\n" + b"I" * 5000 + b"\n"
    member = gzip.compress(block * 100)
    for name, reads in [("endless", member * 40_000), ("short", gzip.compress(block))]:
        sample = keep(server, "sample", name, {"paired": False})
        (sample / "reads_1.fastq.gz").write_bytes(reads)
        document = {"algorithm": "pathoscope_bowtie", "diagnosis": [], "findings": []}
        analysis = keep(server, "analysis", f"a-{name}", document, ("sample", name))
        place = "4000000" if name == "endless" else "1"
        noted = {"virus": "v", "total": 1, "reads": place}
        (analysis / "reads.jsonl").write_text(json.dumps(noted) + "\n")


def test_no_sample_is_read_for_who_has_gone(launch: Launch) -> None:
    server = launch()
    endless_sample(server)
    # As many as are read at a time, and one that waits, by both doors.
    with contextlib.ExitStack() as stack:
        for _ in range(3):
            path = "/data/analyses/a-endless/reads.fasta?virus=v"
            stack.enter_context(slow_get(server, path))
            params = {"kind": "analysis", "_id": "a-endless", "format": "fasta", "virus": "v"}
            call = {"jsonrpc": "2.0", "id": 1, "method": "data.export", "params": params}
            stack.enter_context(connect(server.socket, close_timeout=0)).send(json.dumps(call))
        # They have begun: others are answered meanwhile.
        assert get(server, "/data/analyses/a-endless/report.tsv").status == 200
    answer = get(server, "/data/analyses/a-short/reads.fasta?virus=v")
    assert answer.status == 200
    assert answer.read() == b">1\n" + b"A" * 5000 + b"\n"
