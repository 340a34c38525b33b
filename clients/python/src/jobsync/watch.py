"""Waiting for jobs to end: one subscription for all jobs that somebody waits for."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from functools import partial

from .errors import JobsyncError
from .job import Job
from .link import Link
from .replica import Changed, Lost, Removed, Synced, Update
from .views import View


class Watch:
    """Tells who waits for a job that it is over, or that it is not to be seen."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._waiting: defaultdict[str, set[asyncio.Future[Job | None]]] = defaultdict(set)
        self._admitted: frozenset[str] = frozenset()
        self._view: View | None = None
        self._opening: asyncio.Task[None] | None = None
        self._planned = False

    async def ended(self, id: str) -> Job | None:
        """Wait until the job is final. None: it is not in the view, look for yourself."""
        future: asyncio.Future[Job | None] = asyncio.get_running_loop().create_future()
        self._waiting[id].add(future)
        self._plan()
        try:
            return await future
        finally:
            self._waiting[id].discard(future)
            if not self._waiting[id]:
                del self._waiting[id]
                self._plan()

    def _plan(self) -> None:
        # Many who begin to wait in one turn of the loop cost one subscription.
        if not self._planned:
            self._planned = True
            asyncio.get_running_loop().call_soon(self._carry_out)

    def _carry_out(self) -> None:
        self._planned = False
        wanted = frozenset(self._waiting)
        if not wanted:
            self._stop()
        elif self._view is None:
            self._start(wanted)
        elif not wanted <= self._admitted:
            self._admitted = wanted
            self._view.refilter({"_id": sorted(wanted)})
        elif self._view.live:
            # Admitted before, perhaps by somebody who has gone since.
            self._look()

    def _start(self, wanted: frozenset[str]) -> None:
        self._admitted = wanted
        self._view = View(self._link, {"_id": sorted(wanted)})
        self._view.listener = partial(self._heard, self._view)
        self._opening = asyncio.get_running_loop().create_task(self._open(self._view))

    def _stop(self) -> None:
        if self._view:
            self._opening = asyncio.get_running_loop().create_task(self._view.close())
            self._view, self._admitted = None, frozenset()

    async def _open(self, view: View) -> None:
        try:
            await view.open()
        except JobsyncError as error:
            if self._view is view:
                self._fail(error)

    def _fail(self, error: JobsyncError) -> None:
        self._view, self._admitted = None, frozenset()
        for future in [one for futures in self._waiting.values() for one in futures]:
            if not future.done():
                future.set_exception(error)

    def _heard(self, view: View, update: Update | JobsyncError) -> None:
        if view is not self._view:
            return
        match update:
            case JobsyncError():
                self._fail(update)
            case Changed(job=job) if job.final:
                self._resolve(job.id, job)
            case Removed(id=id):
                self._resolve(id, None)
            case Synced():
                self._look()
            case Changed() | Lost():
                pass

    def _look(self) -> None:
        if self._view is None:
            return
        for id in self._admitted & frozenset(self._waiting):
            job = self._view.jobs.get(id)
            if job is None or job.final:
                self._resolve(id, job)

    def _resolve(self, id: str, job: Job | None) -> None:
        for future in self._waiting.get(id, ()):
            if not future.done():
                future.set_result(job)
