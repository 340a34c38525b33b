"""Starts the real server for tests, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import functools
import http.client
import json
import os
import pathlib
import queue
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import websockets.sync.client

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("JOBSYNC_BIN", ROOT / ".build/debug/jobsync")).absolute()
VECTORS = ROOT / "protocol/vectors"
# For whatever must come, on any machine: a test that hangs is given up, and nothing else.
PATIENCE = 120.0

connect = functools.partial(websockets.sync.client.connect, proxy=None, open_timeout=PATIENCE)


class Server:
    """A `jobsync serve` on a free port with a data folder of its own."""

    def __init__(
        self,
        folder: pathlib.Path,
        tasks: Sequence[pathlib.Path] = (),
        *,
        auth: str = "none",
        proc: int | None = 4,
        mem: int | None = 8,
        compression: str = "off",
        rate: int = 1000,
        stall: str = "10s",
        binary: pathlib.Path = BINARY,
        under: Sequence[str] = (),
        more: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start a server.

        `under` is what its program is started with, such as `prlimit`, `more` are further
        arguments, and `environment` is added to that of the tests.
        """
        self.data = folder / "data"
        self.tasks = folder / "tasks"
        self.tasks.mkdir(parents=True)
        for task in tasks:
            shutil.copy(task, self.tasks)
        self.auth, self.proc, self.mem = auth, proc, mem
        self.compression, self.rate, self.stall = compression, rate, stall
        self.binary, self.under, self.more = binary, tuple(under), tuple(more)
        self.environment = dict(environment or {})
        self.token: str | None = None
        self.link: str | None = None
        self.said: list[str] = []
        self.url = ""
        self._listen = "127.0.0.1:0"
        self.start()

    def start(self) -> None:
        """Start it; a second time on the same port and with the same data."""
        options = {
            "--listen": self._listen,
            "--data": self.data,
            "--auth": self.auth,
            "--proc": self.proc,
            "--mem": self.mem,
            "--tasks": self.tasks,
            "--compression": self.compression,
            "--rate": self.rate,
            "--stall-after": self.stall,
        }
        arguments = [
            str(part) for option in options.items() if option[1] is not None for part in option
        ]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("JOBSYNC_")}
        environment |= self.environment
        self.process = subprocess.Popen(
            [*self.under, self.binary, "serve", *arguments, *self.more],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=environment,
        )
        lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, args=(self.process, lines), daemon=True).start()
        end = time.monotonic() + PATIENCE
        while True:
            try:
                line = lines.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                line = None
            if line is None:
                self.process.kill()
                raise RuntimeError("the server did not start:\n" + "".join(self.said))
            if found := re.search(r"listening on (http://\S+)", line):
                self.url = found[1].rstrip("/")
                self._listen = urlsplit(self.url).netloc
                break
        # The token is printed once, when it is made, perhaps just after the address.
        while self.auth == "token" and self.token is None and time.monotonic() < end:
            with contextlib.suppress(queue.Empty):
                lines.get(timeout=0.1)

    def _read(self, process: subprocess.Popen[str], lines: queue.Queue[str | None]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.said.append(line)
            if found := re.search(r"(http://\S+/login\?link=\S+)", line):
                self.link = found[1]
            elif found := re.search(r"\btoken\b[^:]*:\s*(\S{16,})", line):
                self.token = found[1]
            lines.put(line)
        lines.put(None)

    @property
    def socket(self) -> str:
        """The address of the WebSocket."""
        return f"ws://{self._listen}/ws"

    def kill(self) -> None:
        """End it with SIGKILL; what it runs goes on."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """End it with SIGTERM; what it runs goes on."""
        self.process.terminate()
        try:
            return self.process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def clean_up(self) -> None:
        """End it and everything that it runs."""
        self._open_gates()
        if self.process.poll() is None:
            with contextlib.suppress(Exception):
                self._cancel_all()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.stop()

    def http(
        self, method: str, path: str, body: str | None = None, **headers: str
    ) -> http.client.HTTPResponse:
        """Make one HTTP request. The answer's body is in `.read()`."""
        connection = http.client.HTTPConnection(self._listen, timeout=PATIENCE)
        connection.request(method, path, body, {k.replace("_", "-"): v for k, v in headers.items()})
        return connection.getresponse()

    def _open_gates(self) -> None:
        # Jobs of the task `gate` outlive the server until their gate is open.
        runs = self.data / "runs"
        gates = self.data / "gate"
        if runs.is_dir():
            gates.mkdir(exist_ok=True)
            for run in runs.iterdir():
                (gates / run.name).touch()

    def _cancel_all(self) -> None:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        with connect(self.socket, additional_headers=headers) as socket:
            end = time.monotonic() + PATIENCE
            while time.monotonic() < end:
                active = {"state": ["waiting", "running", "cancelling"]}
                found = _call(socket, "jobs.find", {"filter": active, "limit": 1000})
                ids = [job["_id"] for job in found["jobs"]]
                if not ids:
                    return
                _call(socket, "jobs.cancel", {"_id": ids})
                time.sleep(0.05)


def _call(
    socket: object, method: str, params: dict[str, object]
) -> dict[str, list[dict[str, str]]]:
    message = {"jsonrpc": "2.0", "id": method, "method": method, "params": params}
    socket.send(json.dumps(message))  # type: ignore[attr-defined]
    while True:
        answer = json.loads(socket.recv(timeout=PATIENCE))  # type: ignore[attr-defined]
        if answer.get("id") == method:
            return answer["result"]
