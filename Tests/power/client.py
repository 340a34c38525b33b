"""One who uses the server, and remembers what was promised."""

from __future__ import annotations

import contextlib
import json
import pathlib
import random
import threading
from typing import Any

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from jobsync_server import Server
from promises import FINAL, Promises, size_of

SEQUENCE = "GTATTTTTACAACAATTACCAACAACAACAAACAACAAACAACATTACAA"


class Caller:
    """A connection for calls, one after the other."""

    def __init__(self, server: Server) -> None:
        self._closing = contextlib.ExitStack()
        self.socket = self._closing.enter_context(
            connect(
                server.socket,
                additional_headers={"Authorization": f"Bearer {server.token}"},
                proxy=None,
                max_size=None,
                close_timeout=0.2,
                open_timeout=30,
            )
        )

    def __call__(self, method: str, **params: Any) -> Any:
        """Make a call; return its result, or raise its error."""
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        self.socket.send(json.dumps(message))
        while True:
            answer = json.loads(self.socket.recv(timeout=60))
            if answer.get("id") == 1:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]

    def close(self) -> None:
        """Be gone."""
        with contextlib.suppress(OSError, WebSocketException):
            self._closing.close()


class Busy:
    """Two threads that use the server until it is gone: one makes, one watches."""

    def __init__(self, server: Server, promises: Promises, seed: str, *, hosts: bool) -> None:
        self.server, self.promises, self.hosts = server, promises, hosts
        self.seed = seed
        self.chance = random.Random(seed)
        self.threads = [
            threading.Thread(target=self._until_gone, args=(body,), daemon=True)
            for body in (self._make, self._watch)
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self.threads:
            thread.start()

    def join(self) -> None:
        """Wait until the server is gone."""
        for thread in self.threads:
            thread.join()

    def _until_gone(self, body: Any) -> None:
        with contextlib.suppress(OSError, EOFError, WebSocketException):
            body()

    def _make(self) -> None:
        call = Caller(self.server)
        promises = self.promises
        if self.hosts:
            # Of a form that is kept as it is.
            id = f"host_{self.seed.replace('-', '_')}"
            args = {"_id": id, "file": "genome.fa"}
            # Refused where its tools are missing.
            with contextlib.suppress(RuntimeError):
                call("jobs.new", task="add_host", args=args, job_id=id)
                promises.accepted.add(id)
        number = 0
        while True:
            number += 1
            id = f"job-{self.seed}-{number}"
            pause = f"{self.chance.choice([0, 0, 0.05, 0.5])}"
            args = {"marks": str(promises.marks), "pause": pause}
            call("jobs.new", task="marking", args=args, job_id=id)
            promises.accepted.add(id)
            match self.chance.randrange(6):
                case 0:
                    promises.limit_tried += 1
                    call("tasks.limit", task="add_host", limit=promises.limit_tried)
                    promises.limit_answered = promises.limit_tried
                case 1:
                    self._import(call, f"r-{self.seed}-{number}")
                case 2:
                    promises.tried_to_cancel.add(id)
                    with contextlib.suppress(RuntimeError):
                        if call("jobs.cancel", _id=id)["jobs"][id] == "cancelled":
                            promises.ended[id] = "cancelled"

    def _import(self, call: Caller, id: str) -> None:
        isolate = {"isolate_id": f"i-{id}", "default": True}
        viruses = [{"_id": "v1", "name": "Virus", "isolates": [isolate]}]
        count = self.chance.randrange(1, 400)
        sequences = [{"_id": "s1", "isolate_id": f"i-{id}", "sequence": SEQUENCE * count}]
        call("data.import", _id=id, viruses=viruses, sequences=sequences, done=True)
        key = ("reference", id)
        self.promises.records[key] = size_of(self.server.data / "references" / id)
        if self.chance.random() < 0.3:
            self.promises.tried_to_remove.add(key)
            call("data.remove", kind="reference", _id=id)
            self.promises.removed.add(key)

    def _watch(self) -> None:
        call = Caller(self.server)
        call("jobs.subscribe", interval=0)
        while True:
            message = json.loads(call.socket.recv())
            if message.get("method") != "jobs.sync":
                continue
            for job in message["params"]["put"]:
                if job["state"] in FINAL:
                    self._saw_end(job)

    def _saw_end(self, job: dict[str, Any]) -> None:
        id = job["_id"]
        self.promises.ended.setdefault(id, job["state"])
        if job["state"] != "complete":
            return
        if job["task"] == "marking":
            self.promises.results[id] = {"id": id}
        if job["task"] == "add_host":
            folder: pathlib.Path = self.server.data / "hosts" / id
            self.promises.records["host", id] = size_of(folder)
