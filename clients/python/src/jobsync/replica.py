"""A view without a socket: what the server says goes in, what changed comes out.

No I/O, no clock and no threads, so that everything about keeping a view can be tested by
feeding it messages. It follows chapter 6 of PROTOCOL.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from .job import Job

Mode = Literal["delta", "diff", "snapshot"]


@dataclass(frozen=True, slots=True)
class Changed:
    """A job is new to the view (`previous` is None) or has another state or progress."""

    job: Job
    previous: Job | None


@dataclass(frozen=True, slots=True)
class Removed:
    """A job left the view: it was archived or removed, or the filter no longer admits it."""

    id: str
    previous: Job


@dataclass(frozen=True, slots=True)
class Synced:
    """A load is complete: the view is true again, with so many jobs."""

    count: int
    mode: Mode


@dataclass(frozen=True, slots=True)
class Lost:
    """The connection broke; what the view shows may be outdated until the next `Synced`."""

    reason: str


Update = Changed | Removed | Synced | Lost


class Replica:
    """A copy of the jobs that a filter admits, and how far it goes."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._digest = 0
        self._loading: dict[str, Job] | None = None
        self._mode: Mode | None = None
        self._doubts = 0
        self.jobs: Mapping[str, Job] = MappingProxyType(self._jobs)
        self.epoch: str | None = None
        self.seq: int | None = None
        self.live = False

    @property
    def digest(self) -> str:
        """The digest of the view as the server's ticks carry it."""
        return f"{self._digest:016x}"

    def position(self, epoch: str, *, manifest: bool = True) -> dict[str, Any]:
        """Say what we hold, as params of `jobs.subscribe`, to a server in this epoch.

        In another epoch neither our position nor our versions mean anything.
        """
        if self.epoch != epoch:
            return {}
        params: dict[str, Any] = {}
        if self.seq is not None:
            params["resume"] = {"epoch": self.epoch, "seq": self.seq}
        if manifest and self._doubts < 2:
            params["manifest"] = {id: job.version for id, job in self._jobs.items()}
        return params

    def doubt(self) -> None:
        """Give up the position: a tick said that something is missing.

        A second time without a good tick between, the manifest is not sent either, so that
        the server sends everything.
        """
        self._doubts += 1
        self.seq = None
        self.live = False

    def answered(self, answer: Mapping[str, Any]) -> bool:
        """Take the result of `jobs.subscribe`; false if it must be called again with nothing."""
        mode: Mode = answer["mode"]
        if mode != "snapshot" and answer["epoch"] != self.epoch:
            self.epoch = self.seq = None
            return False
        self._mode = mode
        self.live = False
        if mode == "snapshot":
            # The old jobs stay visible until the new ones are complete.
            self._loading = {}
        elif mode == "diff":
            # Half of a difference is no position.
            self.seq = None
        self._next_epoch: str = answer["epoch"]
        return True

    def lost(self) -> None:
        """Take note that the connection broke."""
        self._loading = self._mode = None
        self.live = False

    def feed(self, frame: Mapping[str, Any]) -> list[Update]:
        """Apply the params of one `jobs.sync`, and tell what it changed."""
        updates: list[Update] = []
        if self._loading is None:
            updates += self._apply(frame)
        else:
            for document in frame["put"]:
                job = Job.from_wire(document)
                self._loading[job.id] = job
            for id in frame["del"]:
                self._loading.pop(id, None)
        if frame.get("sync") is False:
            updates += self._complete()
        if self.live:
            self.seq = frame["seq"]
        return updates

    def agrees(self, tick: Mapping[str, Any]) -> bool:
        """Compare the view with the params of a `tick`."""
        if not self.live:
            return True
        if tick["count"] != len(self._jobs) or tick["digest"] != self.digest:
            return False
        self._doubts = 0
        self.seq = tick["seq"]
        return True

    def _apply(self, frame: Mapping[str, Any]) -> Iterator[Update]:
        for document in frame["put"]:
            yield from self._put(Job.from_wire(document))
        for id in frame["del"]:
            yield from self._delete(id)

    def _complete(self) -> Iterator[Update]:
        mode = self._mode or "snapshot"
        self.epoch, self.live, self._mode = self._next_epoch, True, None
        if self._loading is not None:
            loaded, self._loading = self._loading, None
            for id in [id for id in self._jobs if id not in loaded]:
                yield from self._delete(id)
            for job in loaded.values():
                yield from self._put(job)
        yield Synced(len(self._jobs), mode)

    def _put(self, job: Job) -> Iterator[Update]:
        previous = self._jobs.get(job.id)
        if previous == job:
            return
        if previous is not None:
            self._digest ^= _fnv1a(f"{previous.id}:{previous.version}")
        self._digest ^= _fnv1a(f"{job.id}:{job.version}")
        self._jobs[job.id] = job
        yield Changed(job, previous)

    def _delete(self, id: str) -> Iterator[Update]:
        previous = self._jobs.pop(id, None)
        if previous is not None:
            self._digest ^= _fnv1a(f"{id}:{previous.version}")
            yield Removed(id, previous)


def _fnv1a(text: str) -> int:
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return value
