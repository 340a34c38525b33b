"""The connection: opens it, opens it again, matches answers to calls, hands out pushes."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import random
import re
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Subprotocol

from .errors import CallError, ConnectionLost, JobsyncError, Refused

Message = Mapping[str, Any]
Answer = Callable[[Message | JobsyncError], None]

SUBPROTOCOL = Subprotocol("jobsync.v1.json")
SHORTEST_WAIT = 0.25
LONGEST_WAIT = 20.0
OPEN_TIMEOUT = 10.0


class Guest(Protocol):
    """Something that lives on a link and must be set up again on each connection."""

    def connected(self) -> None:
        """The link is up and logged in: say what you need."""

    def disconnected(self, reason: str) -> None:
        """The link is down; it will come back."""

    def ended(self, error: JobsyncError | None) -> None:
        """The link will not come back."""

    def push(self, method: str, params: Message) -> None:
        """Something that the server said by itself."""


def socket_address(url: str) -> str:
    """Turn what people write (`http://host:9950`, `ws://host/ws`) into the socket's address."""
    parts = urlsplit(url if "://" in url else f"http://{url}")
    schemes = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}
    if parts.scheme not in schemes or not parts.hostname:
        raise ValueError(f"{url!r}: is no address of a server; try http://127.0.0.1:9950")
    path = parts.path if parts.path.endswith("/ws") else f"{parts.path.rstrip('/')}/ws"
    return urlunsplit((schemes[parts.scheme], parts.netloc, path, "", ""))


def pause(attempt: int, after: float | None) -> float:
    """How many seconds to wait before the next try; `after` is what the server asked for."""
    most = min(LONGEST_WAIT, SHORTEST_WAIT * 2 ** min(attempt, 20))
    return (SHORTEST_WAIT if after is None else after) + random.uniform(0, most)


class Link:
    """One connection at a time to one server, for as long as `run` runs."""

    def __init__(self, url: str, token: str | None) -> None:
        self._address = socket_address(url)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._socket: ClientConnection | None = None
        self._ids = itertools.count(1)
        self._answers: dict[int, Answer] = {}
        self._errands: set[asyncio.Task[None]] = set()
        self._up = asyncio.Event()
        self._after: float | None = None
        self._attempt = 0
        self.guests: list[Guest] = []
        self.end: JobsyncError | None = None
        self.epoch = ""
        self.limits: dict[str, int] = {"message": 1 << 20}
        self.connections = 0

    @property
    def up(self) -> bool:
        """Whether there is a connection on which calls can be made."""
        return self._socket is not None and self._up.is_set()

    async def run(self, *, patient: bool, opened: asyncio.Future[None]) -> None:
        """Keep a connection until cancelled or refused; the first try counts unless patient."""
        try:
            while True:
                try:
                    await self._one_connection(opened)
                except (ConnectionClosed, InvalidHandshake, OSError, TimeoutError) as error:
                    reason = self._drop(error)
                    if not opened.done() and not patient:
                        raise ConnectionLost(f"{self._address}: {reason}") from error
                await asyncio.sleep(pause(self._attempt, self._after))
                self._attempt += 1
                self._after = None
        except JobsyncError as error:
            self._finish(error, opened)
        except asyncio.CancelledError:
            self._finish(None, opened)
            raise
        except Exception as error:
            text = f"{self._address}: what the server said makes no sense: {error!r}"
            self._finish(JobsyncError(text), opened)
            raise

    def settled(self) -> None:
        """The connection proved good: the next waiting times begin anew."""
        self._attempt = 0

    def post(self, method: str, params: Message, answer: Answer | None = None) -> None:
        """Send a call from where one cannot wait; `answer` is called by the reader, in order."""
        if self._socket is None:
            return
        id = next(self._ids)
        self._answers[id] = answer or (lambda _: None)
        self._errand(self._send(id, method, params))

    async def call(self, method: str, params: Message, timeout: float | None) -> Any:
        """Make a call; waits for a connection if there is none just now."""
        async with asyncio.timeout(timeout):
            await self._wait_until_up()
            future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            id = next(self._ids)
            self._answers[id] = lambda answer: _settle(future, answer)
            try:
                await self._send(id, method, params)
                return await future
            finally:
                self._answers.pop(id, None)

    async def _one_connection(self, opened: asyncio.Future[None]) -> None:
        try:
            connecting = connect(
                self._address,
                additional_headers=self._headers,
                subprotocols=[SUBPROTOCOL],
                open_timeout=OPEN_TIMEOUT,
                compression=None,
                max_size=None,
                proxy=None if _is_loopback(self._address) else True,
            )
            socket = await connecting
        except InvalidStatus as error:
            status = error.response.status_code
            if status in (400, 401, 403, 404):
                body = bytes(error.response.body or b"").decode(errors="replace").strip()
                text = f"{self._address}: refused with HTTP {status}"
                raise Refused(f"{text}: {body[:200]}" if body else text, status) from error
            raise
        async with socket:
            self._socket = socket
            self.connections += 1
            self.post("session.whoami", {}, lambda answer: self._greeted(answer, opened))
            async for message in socket:
                self._read(message)
            # The iterator ends quietly when the server says 1000 or 1001; here that is no news.
            raise socket.protocol.close_exc

    def _greeted(self, answer: Message | JobsyncError, opened: asyncio.Future[None]) -> None:
        if isinstance(answer, JobsyncError):
            if isinstance(answer, CallError) and self._socket is not None:
                if answer.retry:
                    self._after = answer.after
                else:
                    self.end = answer
                self._errand(self._socket.close())
            return
        self.epoch = answer["epoch"]
        self.limits.update(answer.get("limits", {}))
        self._up.set()
        if not opened.done():
            opened.set_result(None)
        if not self.guests:
            self.settled()
        for guest in list(self.guests):
            guest.connected()

    def _read(self, text: str | bytes) -> None:
        message = json.loads(text)
        for one in message if isinstance(message, list) else [message]:
            if "method" not in one:
                answer = self._answers.pop(one.get("id"), None)
                if answer is not None:
                    error = one.get("error")
                    answer(CallError.from_wire(error) if error else one["result"])
            elif one["method"] == "bye":
                after = one["params"].get("after")
                self._after = after / 1000 if after is not None else None
            else:
                for guest in list(self.guests):
                    guest.push(one["method"], one.get("params", {}))

    def _drop(self, error: Exception) -> str:
        """Tell everyone that the connection is gone; raise if it will not come back."""
        was_up = self.up
        self._socket = None
        self._up.clear()
        close = error.rcvd if isinstance(error, ConnectionClosed) else None
        reason = (close.reason or f"closed with {close.code}") if close else str(error)
        reason = reason or type(error).__name__
        if close and (told := re.search(r"after\W{0,3}(\d+)", close.reason)):
            self._after = int(told[1]) / 1000
        lost = ConnectionLost(
            f"connection lost ({reason}); the call may or may not have run", sent=True
        )
        answers, self._answers = self._answers, {}
        for answer in answers.values():
            answer(lost)
        if self.end:
            raise self.end
        if close and 4500 <= close.code <= 4999:
            raise Refused(f"{self._address}: {reason}", close.code)
        if was_up:
            for guest in list(self.guests):
                guest.disconnected(reason)
        return reason

    def _finish(self, error: JobsyncError | None, opened: asyncio.Future[None]) -> None:
        self._socket = None
        self.end = error or ConnectionLost("the client was closed")
        for errand in self._errands:
            errand.cancel()
        answers, self._answers = self._answers, {}
        for answer in answers.values():
            answer(self.end)
        self._up.set()  # whoever waits for a connection learns that none will come
        for guest in list(self.guests):
            guest.ended(error)
        if not opened.done() and error:
            opened.set_exception(error)

    async def _wait_until_up(self) -> None:
        while not self.up:
            if self.end:
                raise self.end
            await self._up.wait()

    async def _send(self, id: int, method: str, params: Message) -> None:
        message = {"jsonrpc": "2.0", "id": id, "method": method, "params": params}
        if self._socket is None:
            raise ConnectionLost("not connected")
        # If it is closed, the reader finds the same and tells everyone who waits for an answer.
        with contextlib.suppress(ConnectionClosed):
            await self._socket.send(json.dumps(message, separators=(",", ":")))

    def _errand(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(_quietly(work))
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)


async def _quietly(work: Coroutine[Any, Any, None]) -> None:
    with contextlib.suppress(ConnectionLost, ConnectionClosed):
        await work


def _settle(future: asyncio.Future[Any], answer: Message | JobsyncError) -> None:
    if future.done():
        return
    if isinstance(answer, JobsyncError):
        future.set_exception(answer)
    else:
        future.set_result(answer)


def _is_loopback(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")
