"""Views: replicas that a link keeps up to date, and the updates they give out."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable, Mapping
from typing import Any

from .errors import CallError, ConnectionLost, JobsyncError
from .job import Job
from .link import Link
from .replica import Changed, Lost, Removed, Replica, Synced, Update


class Updates:
    """What changed in a view since one last asked: `async for update in updates`.

    However slow the reader, it holds at most one update for each job: the newest state, with
    the state that the reader saw last as `previous`.
    """

    def __init__(self) -> None:
        self._pending: dict[str, Update] = {}
        self._wake = asyncio.Event()
        self._over = False
        self._error: JobsyncError | None = None

    def __len__(self) -> int:
        return len(self._pending)

    def __aiter__(self) -> Updates:
        return self

    async def __anext__(self) -> Update:
        while not self._pending:
            if self._error:
                raise self._error
            if self._over:
                raise StopAsyncIteration
            self._wake.clear()
            await self._wake.wait()
        return self._pending.pop(next(iter(self._pending)))

    def put(self, update: Update) -> None:
        """Add an update, or merge it into the one that waits for the same job."""
        self._wake.set()
        match update:
            case Changed(job=job):
                key = job.id
            case Removed(id=id):
                key = id
            case Synced() | Lost():
                key = ""  # no job has this id
        earlier = self._pending.get(key)
        merged = _merge(earlier, update) if earlier else update
        if merged is None:
            del self._pending[key]
        else:
            self._pending[key] = merged

    def end(self, error: JobsyncError | None) -> None:
        """Let the reader have what is left, and then stop it."""
        self._over, self._error = True, error
        self._wake.set()


def _merge(earlier: Update, later: Update) -> Update | None:
    match earlier, later:
        case Changed(previous=previous), Changed(job=job):
            return Changed(job, previous)
        case Changed(previous=None), Removed():
            return None
        case Changed(previous=Job() as previous), Removed(id=id):
            return Removed(id, previous)
        case Removed(previous=previous), Changed(job=job):
            return Changed(job, previous) if job != previous else None
    return later


class View:
    """A live copy of the jobs that a filter admits. Made by `AsyncClient.subscribe`."""

    def __init__(self, link: Link, filter: Mapping[str, Any], interval: int | None = None) -> None:
        self._link = link
        self._filter = filter
        self._interval = interval
        self._replica = Replica()
        self._number: int | None = None
        self._attempt = 0
        self._readers: weakref.WeakSet[Updates] = weakref.WeakSet()
        self._advanced = asyncio.Event()
        self._opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._ended: JobsyncError | None = None
        self.listener: Callable[[Update | JobsyncError], None] | None = None

    @property
    def jobs(self) -> Mapping[str, Job]:
        """The jobs as far as they are known, by id. It changes while you wait for something."""
        return self._replica.jobs

    @property
    def live(self) -> bool:
        """Whether the view is connected and complete."""
        return self._replica.live

    @property
    def seq(self) -> int | None:
        """How far the view goes."""
        return self._replica.seq

    def updates(self) -> Updates:
        """Follow what changes from now on."""
        updates = Updates()
        if self._ended:
            updates.end(None)
        else:
            self._readers.add(updates)
        return updates

    async def reached(self, seq: int, timeout: float | None = None) -> None:
        """Wait until the view shows the effect of a call that answered this `seq`."""
        async with asyncio.timeout(timeout):
            while self._replica.seq is None or self._replica.seq < seq:
                if self._ended:
                    raise self._ended
                self._advanced.clear()
                await self._advanced.wait()

    async def close(self) -> None:
        """Stop keeping the view."""
        if self in self._link.guests:
            self._link.guests.remove(self)
            self._unsubscribe()
            self.ended(None)

    async def open(self) -> None:
        """Subscribe and wait for the load to be complete."""
        if self._link.end:
            raise self._link.end
        self._link.guests.append(self)
        if self._link.up:
            self.connected()
        try:
            await self._opened
        except BaseException:
            await self.close()
            raise

    def refilter(self, filter: Mapping[str, Any]) -> None:
        """Change what the view holds."""
        self._filter = filter
        self._replica.seq = None  # a position is good for one filter only
        if self._link.up:
            self._unsubscribe()
            self.connected()

    # What the link tells.

    def connected(self) -> None:
        """Subscribe from where we are."""
        params: dict[str, Any] = {"filter": self._filter}
        if self._interval is not None:
            params["interval"] = self._interval
        # An entry of a manifest takes 80 bytes at the most.
        fits = len(self._replica.jobs) * 80 < self._link.limits["message"]
        params |= self._replica.position(self._link.epoch, manifest=fits)
        self._attempt += 1
        attempt = self._attempt
        self._link.post("jobs.subscribe", params, lambda answer: self._answered(attempt, answer))

    def disconnected(self, reason: str) -> None:
        """Keep what we have; it will be true again."""
        self._number = None
        self._attempt += 1
        self._replica.lost()
        self._tell(Lost(reason))

    def ended(self, error: JobsyncError | None) -> None:
        """Nothing will come any more."""
        self._ended = error or ConnectionLost("the view was closed")
        self._replica.lost()
        self._advanced.set()
        if not self._opened.done():
            self._opened.set_exception(self._ended)
        if self.listener:
            self.listener(self._ended)
        for reader in self._readers:
            reader.end(error)

    def push(self, method: str, params: Mapping[str, Any]) -> None:
        """Take what carries our number."""
        if params.get("subscription") != self._number or self._number is None:
            return
        if method == "jobs.sync":
            for update in self._replica.feed(params):
                self._tell(update)
            self._advanced.set()
        elif method == "tick":
            if not self._replica.agrees(params):
                self._replica.doubt()
                self._unsubscribe()
                self.connected()
            self._advanced.set()

    def _answered(self, attempt: int, answer: Mapping[str, Any] | JobsyncError) -> None:
        if attempt != self._attempt:
            # We have asked anew since; the server need not keep what nobody reads.
            if not isinstance(answer, JobsyncError):
                number = {"subscription": answer["subscription"]}
                self._link.post("jobs.unsubscribe", number)
        elif isinstance(answer, ConnectionLost):
            pass
        elif isinstance(answer, CallError) and answer.retry:
            loop = asyncio.get_running_loop()
            loop.call_later(answer.after or 1.0, self._again, attempt)
        elif isinstance(answer, JobsyncError):
            if self in self._link.guests:
                self._link.guests.remove(self)
            self.ended(answer)
        else:
            self._number = answer["subscription"]
            if not self._replica.answered(answer):
                self._unsubscribe()
                self.connected()

    def _again(self, attempt: int) -> None:
        if attempt == self._attempt and self._link.up and not self._ended:
            self.connected()

    def _unsubscribe(self) -> None:
        if self._number is not None:
            self._link.post("jobs.unsubscribe", {"subscription": self._number})
            self._number = None

    def _tell(self, update: Update) -> None:
        if isinstance(update, Synced):
            self._link.settled()
            if not self._opened.done():
                self._opened.set_result(None)
        if self.listener:
            self.listener(update)
        for reader in self._readers:
            reader.put(update)
