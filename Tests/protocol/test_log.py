"""The server's own log, as JSON for programs."""

from __future__ import annotations

import json
import pathlib
import re
import subprocess

from jobsync_server import BINARY

LEVELS = ("trace", "debug", "info", "notice", "warning", "error", "critical")


def serve(data: pathlib.Path, listen: str, log: pathlib.Path) -> subprocess.Popen[str]:
    """Start a server whose standard error goes to a file."""
    options = ["--listen", listen, "--data", str(data), "--auth", "none"]
    logging = ["--log-format", "json", "--log-level", "trace"]
    with log.open("w") as errors:
        return subprocess.Popen(
            [BINARY, "serve", *options, *logging],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )


def lines(log: pathlib.Path) -> list[dict[str, str]]:
    """The log's lines, each checked to be one object with what every line has."""
    text = log.read_text()
    assert text.endswith("\n")
    entries = [json.loads(line) for line in text.split("\n")[:-1]]
    for entry in entries:
        assert list(entry)[:4] == ["time", "level", "source", "message"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", entry["time"])
        assert entry["level"] in LEVELS
        assert entry["source"] and all(isinstance(value, str) for value in entry.values())
    return entries


def test_every_line_is_json(tmp_path: pathlib.Path) -> None:
    assert BINARY.exists(), f"there is no {BINARY}"
    data = tmp_path / "data"
    # A name that a message repeats, and that would end a line or a string if it could.
    name = 'two\nlines "and\\quotes".yaml'
    (data / "tasks").mkdir(parents=True)
    (data / "tasks" / name).write_text("name: [")
    log = tmp_path / "log"
    server = serve(data, "127.0.0.1:0", log)
    assert server.stdout is not None
    try:
        said = next(line for line in server.stdout if line.startswith("listening on"))
        address = said.split("//")[1].strip()
        refused = serve(tmp_path / "other", address, tmp_path / "refused")
        assert refused.wait(30) == 2
        assert refused.communicate()[0] == ""
    finally:
        server.terminate()
        assert server.wait(30) == 0
        server.stdout.close()
    entries = lines(log)
    told = next(entry for entry in entries if "left out" in entry["message"])
    assert told["level"] == "warning" and name in told["message"]
    # Metadata are fields of their own.
    assert any(entry.get("signal") == "SIGTERM" for entry in entries)
    last = lines(tmp_path / "refused")[-1]
    assert last["level"] == "critical" and "in use" in last["message"]
