"""Following a job's log."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import Any

from .errors import CallError, ConnectionLost, JobsyncError
from .link import Link

MOST_BUFFERED = 1 << 20
"""Bytes of log that may wait for a slow reader before the server is asked to stop."""


class Tail:
    """The log of one job, piece by piece: `async for text in tail`."""

    def __init__(self, link: Link, id: str, offset: int) -> None:
        self._link = link
        self._id = id
        self._next = offset
        self._pieces: deque[str] = deque()
        self._buffered = 0
        self._following = False
        self._paused = False
        self._over = False
        self._error: JobsyncError | None = None
        self._attempt = 0
        self._wake = asyncio.Event()
        if link.end:
            self.ended(link.end)
        else:
            link.guests.append(self)
            if link.up:
                self.connected()

    @property
    def offset(self) -> int:
        """The byte of the log after the last one that was received."""
        return self._next

    def __aiter__(self) -> Tail:
        return self

    async def __anext__(self) -> str:
        while not self._pieces:
            if self._error:
                raise self._error
            if self._over:
                raise StopAsyncIteration
            if self._paused:
                self._paused = False
                self.connected()
            self._wake.clear()
            await self._wake.wait()
        piece = self._pieces.popleft()
        self._buffered -= len(piece.encode())
        return piece

    async def close(self) -> None:
        """Stop following."""
        if self in self._link.guests:
            self._link.guests.remove(self)
            if not self._over:
                self._link.post("jobs.untail", {"_id": self._id})
        self.ended(None)

    # What the link tells.

    def connected(self) -> None:
        """Ask for the log from where we are."""
        if self._paused:
            return
        self._attempt += 1
        attempt = self._attempt
        params = {"_id": self._id, "offset": self._next}
        self._link.post("jobs.tail", params, lambda answer: self._answered(attempt, answer))

    def disconnected(self, reason: str) -> None:
        """Keep the offset."""
        self._following = False
        self._attempt += 1

    def ended(self, error: JobsyncError | None) -> None:
        """Let the reader have what is left, and then stop it."""
        self._over, self._error = True, self._error or error
        self._wake.set()

    def push(self, method: str, params: Mapping[str, Any]) -> None:
        """Take the next piece."""
        if method == "jobs.log" and self._following and params["_id"] == self._id:
            self._take(params)

    def _answered(self, attempt: int, answer: Mapping[str, Any] | JobsyncError) -> None:
        if attempt != self._attempt or isinstance(answer, ConnectionLost):
            return
        if isinstance(answer, CallError) and answer.retry:
            asyncio.get_running_loop().call_later(answer.after or 1.0, self._again, attempt)
        elif isinstance(answer, JobsyncError):
            self._leave()
            self.ended(answer)
        else:
            self._link.settled()
            self._following = True
            self._next = answer["offset"]
            self._take(answer)

    def _again(self, attempt: int) -> None:
        if attempt == self._attempt and self._link.up and not self._over:
            self.connected()

    def _take(self, piece: Mapping[str, Any]) -> None:
        text: str = piece["text"]
        if piece["offset"] != self._next:
            return
        size = len(text.encode())
        self._next += size
        if text:
            self._pieces.append(text)
            self._buffered += size
            self._wake.set()
        if piece["ended"]:
            self._leave()
            self.ended(None)
        elif self._buffered > MOST_BUFFERED:
            self._paused, self._following = True, False
            self._link.post("jobs.untail", {"_id": self._id})

    def _leave(self) -> None:
        if self in self._link.guests:
            self._link.guests.remove(self)
