"""Two clients who behave, and measure how long they wait while somebody else doesn't."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable
from typing import Any

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from jobsync_server import Server

PATIENCE = 30.0
"""Seconds after which somebody who was not answered never is."""


class Bystander:
    """Makes one call after another over a connection of its own, and remembers the slowest."""

    def __init__(
        self,
        server: Server,
        method: str,
        params: Callable[[int], dict[str, Any]],
        outage: threading.Event,
        pause: float,
    ) -> None:
        self.server, self.method, self.params = server, method, params
        self.outage = outage
        self.pause = pause
        self.slowest = 0.0
        self.answered = 0
        self.complaints: list[str] = []
        self.results: list[dict[str, Any]] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin to call."""
        self._thread.start()

    def stop(self) -> None:
        """Let the call under way come to its end, and no other begin."""
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        number = 0
        connections = contextlib.ExitStack()
        socket: ClientConnection | None = None
        since = time.monotonic()
        while True:
            try:
                if socket is None:
                    socket = connections.enter_context(self._connect())
                answer = self._call(socket, number)
            except (OSError, WebSocketException, ValueError) as error:
                self._close(connections)
                socket = None
                if self.outage.is_set():
                    if self._over.is_set():
                        return
                    # The server was ended on purpose: its absence is nobody's wait.
                    since = time.monotonic()
                elif time.monotonic() - since > PATIENCE or self._over.is_set():
                    self.complaints.append(
                        f"{self.method} was not answered in {time.monotonic() - since:.0f} s: "
                        f"{type(error).__name__}: {error}"
                    )
                    return
                time.sleep(0.05)
                continue
            if not self.outage.is_set():
                self.slowest = max(self.slowest, time.monotonic() - since)
            if "error" in answer and answer["error"]["data"].get("retry"):
                # Told to come back is an answer; the same call is made again.
                time.sleep(min(1.0, (answer["error"]["data"].get("after") or 100) / 1000))
                since = time.monotonic()
                if self._over.is_set():
                    break
                continue
            if "error" in answer:
                self.complaints.append(f"{self.method}: {answer['error']['message']}")
                break
            self.answered += 1
            self.results.append(answer["result"])
            number += 1
            if self._over.wait(self.pause):
                break
            since = time.monotonic()
        self._close(connections)

    def _connect(self) -> connect:
        token = self.server.token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return connect(
            self.server.socket,
            additional_headers=headers,
            proxy=None,
            open_timeout=PATIENCE,
            close_timeout=1,
        )

    def _call(self, socket: ClientConnection, number: int) -> dict[str, Any]:
        params = self.params(number)
        message = {"jsonrpc": "2.0", "id": number, "method": self.method, "params": params}
        socket.send(json.dumps(message))
        end = time.monotonic() + PATIENCE
        while True:
            answer: Any = json.loads(socket.recv(timeout=max(0.0, end - time.monotonic())))
            if answer.get("id") == number:
                return dict(answer)

    @staticmethod
    def _close(connections: contextlib.ExitStack) -> None:
        with contextlib.suppress(OSError, WebSocketException):
            connections.close()
