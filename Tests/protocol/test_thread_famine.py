"""A machine that has no more threads to give, as when its control group is full of processes."""

from __future__ import annotations

import contextlib
import json
import pathlib
import shutil
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from websockets.sync.client import ClientConnection

from jobsync_server import PATIENCE, Server, connect

Launch = Callable[..., Server]
SOURCE = pathlib.Path(__file__).with_name("thread_famine.c")


class Machine:
    """The machine of a server, as far as threads are concerned."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.famine = folder / "famine"
        library = folder / "thread_famine.so"
        # Swift's own, where there is no other.
        compiler = shutil.which("cc") or shutil.which("clang") or "cc"
        options = ["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O1", "-shared", "-fPIC"]
        subprocess.run([compiler, *options, "-o", library, SOURCE, "-ldl"], check=True)
        self.environment = {"LD_PRELOAD": str(library), "THREAD_FAMINE": str(self.famine)}


@pytest.fixture
def machine(tmp_path: pathlib.Path) -> Machine:
    return Machine(tmp_path)


def call(socket: ClientConnection, method: str, **params: Any) -> Any:
    """Make a call; return its result. Pushes on the way are left out."""
    socket.send(json.dumps({"jsonrpc": "2.0", "id": method, "method": method, "params": params}))
    while True:
        answer = json.loads(socket.recv(timeout=PATIENCE))
        if answer.get("id") == method:
            assert "result" in answer, answer
            return answer["result"]


def run(socket: ClientConnection, id: str) -> Any:
    """Let a job come to its end; return its details."""
    call(socket, "jobs.new", task="quick", job_id=id)
    while True:
        detail = call(socket, "jobs.detail", _id=id)
        if detail["job"]["status"][-1]["state"] == "complete":
            return detail


def test_what_was_asked_meanwhile_is_done(launch: Launch, machine: Machine) -> None:
    server = launch("quick.yaml", environment=machine.environment, auth="token")
    headers = {"Authorization": f"Bearer {server.token}"}
    with connect(server.socket, additional_headers=headers) as socket:
        machine.famine.touch()
        asked = {"jsonrpc": "2.0", "method": "jobs.new"}
        for number in range(3):
            params = {"task": "quick", "job_id": f"job{number}"}
            socket.send(json.dumps(asked | {"id": number, "params": params}))
        answered = set()
        # Threads that were there may do it all; else the server had to go without.
        while len(answered) < 3 and not machine.famine.stat().st_size:
            with contextlib.suppress(TimeoutError):
                answered.add(json.loads(socket.recv(timeout=0.05)).get("id"))
        machine.famine.unlink()
        for number in range(3):
            run(socket, f"job{number}")
    assert server.stop() == 0


def test_a_signal_ends_the_server_all_the_same(launch: Launch, machine: Machine) -> None:
    server = launch("quick.yaml", environment=machine.environment)
    machine.famine.touch()
    assert server.stop() == 0


def test_with_too_few_the_server_says_so_and_does_not_start(
    launch: Launch, machine: Machine
) -> None:
    with pytest.raises(RuntimeError, match=r"the system does not give the server .* threads"):
        launch("quick.yaml", environment=machine.environment | {"THREAD_FAMINE_MOST": "8"})
