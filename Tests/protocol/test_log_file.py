"""A job's log over plain HTTP."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from jobsync_server import Server
from test_outputs import keep

Launch = Callable[..., Server]


def test_a_log_comes_whole_or_in_part(launch: Launch) -> None:
    server = launch("quick.yaml")
    keep(server, {})
    file = Path(server.data) / "logs" / "jobs" / "kept.log"
    text = file.read_bytes()
    whole = server.http("GET", "/jobs/kept/log")
    assert (whole.status, whole.read()) == (200, text)
    assert whole.getheader("Content-Type") == "application/octet-stream"
    assert 'filename="kept.log"' in (whole.getheader("Content-Disposition") or "")
    assert "sandbox" in (whole.getheader("Content-Security-Policy") or "")
    file.write_bytes(text + b"more\n")
    part = server.http("GET", "/jobs/kept/log", Range=f"bytes={len(text)}-")
    assert (part.status, part.read()) == (206, b"more\n")
    end = server.http("GET", "/jobs/kept/log", Range="bytes=9999999-")
    assert (end.status, end.getheader("Content-Range")) == (416, f"bytes */{len(text) + 5}")
    head = server.http("HEAD", "/jobs/kept/log")
    assert (head.status, head.getheader("Content-Length")) == (200, str(len(text) + 5))


def test_what_is_no_log(launch: Launch) -> None:
    server = launch("quick.yaml")
    keep(server, {})
    for path in ("/jobs/nobody/log", "/jobs/../log", "/jobs/%2e%2e/log", "/jobs/kept/logs"):
        assert server.http("GET", path).status == 404, path
    assert server.http("POST", "/jobs/kept/log").status == 405
    file = Path(server.data) / "logs" / "jobs" / "kept.log"
    file.unlink()
    none = server.http("GET", "/jobs/kept/log", Range="bytes=0-10")
    assert (none.status, none.read()) == (200, b""), "a job without one has an empty one"
    file.symlink_to("/etc/passwd")
    assert server.http("GET", "/jobs/kept/log").status != 200


def test_a_log_is_for_those_who_are_logged_in(launch: Launch) -> None:
    server = launch("quick.yaml", auth="token")
    keep(server, {})
    assert server.http("GET", "/jobs/kept/log").status == 401
    answer = server.http("GET", "/jobs/kept/log", Authorization=f"Bearer {server.token}")
    assert answer.status == 200
