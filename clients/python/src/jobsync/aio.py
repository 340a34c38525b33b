"""The asyncio client."""

from __future__ import annotations

import asyncio
import base64
import os
import pathlib
import re
import secrets
import string
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from types import TracebackType
from typing import Any

from .data import AsyncData
from .detail import Detail
from .errors import CallError, ConnectionLost, JobsyncError
from .job import Job
from .link import Link, pause
from .tail import Tail
from .views import Updates, View
from .watch import Watch

DEFAULT_URL = "http://127.0.0.1:9950"
TIMEOUT = 30.0
PAGE = 1000
DATA_TIMEOUT = 300.0

OneOrMore = str | Iterable[str]


class AsyncClient:
    """A client of one server.

    async with AsyncClient("http://127.0.0.1:9950") as jobs:
        detail = await jobs.run("add_host", file="prunus_persica.fa")

    It keeps one connection, opens it again when it breaks, and resumes its views and tails
    where they were. `url` and `token` default to JOBSYNC_URL and JOBSYNC_TOKEN. A server that
    can't be reached at first is an error at once, unless `patient`.
    """

    def __init__(
        self, url: str | None = None, *, token: str | None = None, patient: bool = False
    ) -> None:
        self._url = url or os.environ.get("JOBSYNC_URL") or DEFAULT_URL
        self._token = token or os.environ.get("JOBSYNC_TOKEN")
        self._patient = patient
        self._views: list[View] = []
        self._tails: dict[str, Tail] = {}

    async def __aenter__(self) -> AsyncClient:
        await self.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def open(self) -> None:
        """Connect and log in."""
        opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._link = Link(self._url, self._token)
        self._watch = Watch(self._link)
        self._running = asyncio.create_task(
            self._link.run(patient=self._patient, opened=opened), name="jobsync"
        )
        try:
            await opened
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Close the connection; views and tails end."""
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)

    @property
    def connected(self) -> bool:
        """Whether there is a connection at this moment."""
        return self._link.up and not self._running.done()

    async def call(
        self,
        method: str,
        params: Mapping[str, Any] | None = None,
        /,
        *,
        timeout: float = TIMEOUT,
        **more: Any,
    ) -> Any:
        """Make any call: `await client.call("tasks.limit", task="nuvs", limit=2)`.

        Waits for a connection if there is none. Raises `CallError` for an error that the server
        answers, `ConnectionLost` if the connection breaks before the answer (the call may or may
        not have run), `TimeoutError` after `timeout` seconds (the same holds).
        """
        return await self._link.call(method, {**(params or {}), **more}, timeout)

    # What is kept

    @property
    def data(self) -> AsyncData:
        """What jobs make and what they work on."""

        async def call(method: str, params: Mapping[str, Any]) -> Any:
            return await self.call(method, params, timeout=DATA_TIMEOUT)

        async def insist(method: str, params: Mapping[str, Any]) -> Any:
            return await self._insist(method, params, TIMEOUT)

        return AsyncData(call, insist)

    # Jobs

    async def new(
        self,
        task: str,
        args: Mapping[str, Any] | None = None,
        /,
        *,
        proc: int | None = None,
        mem: int | None = None,
        priority: int = 0,
        job_id: str | None = None,
        timeout: float = TIMEOUT,
        **more: Any,
    ) -> str:
        """Make a job and return its id; keyword arguments are the task's arguments.

        The job has an id before the server knows it, so the call is repeated after a lost
        connection without ever making a second job.
        """
        params: dict[str, Any] = {
            "task": task,
            "args": {**(args or {}), **more},
            "job_id": job_id or _make_id(),
        }
        if proc is not None:
            params["proc"] = proc
        if mem is not None:
            params["mem"] = mem
        if priority:
            params["priority"] = priority
        answer = await self._insist("jobs.new", params, timeout)
        return str(answer["_id"])

    async def run(
        self,
        task: str,
        args: Mapping[str, Any] | None = None,
        /,
        *,
        proc: int | None = None,
        mem: int | None = None,
        priority: int = 0,
        job_id: str | None = None,
        timeout: float | None = None,
        **more: Any,
    ) -> Detail:
        """Make a job, wait for its end, and return everything about it.

        A job that failed is returned like any other; its `result` raises `JobFailed`.
        `timeout` bounds the whole wait; the job goes on when it is over.
        """
        async with asyncio.timeout(timeout):
            id = await self.new(
                task, args, proc=proc, mem=mem, priority=priority, job_id=job_id, **more
            )
            await self.wait(id)
            return await self.detail(id)

    async def wait(self, id: str, timeout: float | None = None) -> Job:
        """Wait until a job is final. Raises `NotFound` if there is none, or it was removed."""
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", id):
            raise ValueError(f"{id!r} is no id of a job")
        async with asyncio.timeout(timeout):
            while True:
                job = await self._watch.ended(id)
                if job is None:
                    # Not in any view: archived or removed. The answer to a call tells which.
                    job = (await self.detail(id)).job
                if job.final:
                    return job
                await asyncio.sleep(0.1)

    async def detail(self, id: str, *, timeout: float = TIMEOUT) -> Detail:
        """Everything about one job."""
        return Detail.from_wire(await self._insist("jobs.detail", {"_id": id}, timeout))

    async def output(
        self,
        id: str,
        name: str,
        to: str | os.PathLike[str] | None = None,
        *,
        timeout: float = TIMEOUT,
    ) -> bytes | pathlib.Path:
        """Read a file that a job has kept, as bytes or into a file.

        `to` is a file, or a folder in which it gets its own name; a file there is replaced once
        all of the new one has come. Returns its path then. `timeout` is for each part of it.
        """
        if to is None:
            content = bytearray()
            async for part in self._output(id, name, timeout):
                content += part
            return bytes(content)
        path = pathlib.Path(to)
        if path.is_dir():
            path /= name.rsplit("/", 1)[-1]
        begun = path.with_name(path.name + ".part")
        try:
            with begun.open("wb") as file:
                async for part in self._output(id, name, timeout):
                    await asyncio.to_thread(file.write, part)
            begun.replace(path)
        except BaseException:
            begun.unlink(missing_ok=True)
            raise
        return path

    async def _output(self, id: str, name: str, timeout: float) -> AsyncIterator[bytes]:
        offset, size, tag = 0, 1, None
        while offset < size:
            params = {"_id": id, "name": name, "offset": offset}
            answer = await self._insist("jobs.output", params, timeout)
            size, data = answer["size"], base64.b64decode(answer["data"])
            if tag not in (None, answer["tag"]) or (not data and offset < size):
                raise JobsyncError(f"{name} has changed while it was read")
            tag = answer["tag"]
            offset += len(data)
            yield data

    async def cancel(self, *ids: str, reason: str | None = None) -> dict[str, str | CallError]:
        """Cancel jobs; see `archive` for what is returned."""
        return await self._act("jobs.cancel", ids, {"reason": reason} if reason else {})

    async def archive(self, *ids: str) -> dict[str, str | CallError]:
        """Archive final jobs.

        One id that can't be raises `NotFound` or `BadState`. Of several, each has its entry: the
        word of the protocol ("archived"), or the exception.
        """
        return await self._act("jobs.archive", ids, {})

    async def remove(self, *ids: str) -> dict[str, str | CallError]:
        """Remove final jobs for good; see `archive` for what is returned."""
        return await self._act("jobs.remove", ids, {})

    async def find(
        self,
        *,
        task: OneOrMore | None = None,
        state: OneOrMore | None = None,
        username: OneOrMore | None = None,
        id: OneOrMore | None = None,
        archived: bool | None = None,
        sort: str = "-added",
        limit: int | None = 100,
        timeout: float = TIMEOUT,
    ) -> list[Job]:
        """Find jobs, archived ones too; `limit=None` for all of them."""
        filter = _filter(task=task, state=state, username=username, _id=id)
        if archived is not None:
            filter["archived"] = archived
        jobs: list[Job] = []
        params: dict[str, Any] = {"filter": filter, "sort": sort}
        while limit is None or len(jobs) < limit:
            params["limit"] = PAGE if limit is None else min(PAGE, limit - len(jobs))
            page = await self._insist("jobs.find", params, timeout)
            jobs += map(Job.from_wire, page["jobs"])
            if page["after"] is None:
                break
            params["after"] = page["after"]
        return jobs

    async def tail(self, id: str, *, offset: int = 0) -> AsyncIterator[str]:
        """Follow a job's log from a byte offset (negative: from its end) until the job is over."""
        if id in self._tails:
            raise JobsyncError(f"the log of {id} is being followed already")
        tail = self._tails[id] = Tail(self._link, id, offset)
        try:
            async for text in tail:
                yield text
        finally:
            del self._tails[id]
            await tail.close()

    # Views

    async def subscribe(
        self,
        *,
        task: OneOrMore | None = None,
        state: OneOrMore | None = None,
        username: OneOrMore | None = None,
        id: OneOrMore | None = None,
        interval: int | None = None,
    ) -> View:
        """Open a view of the jobs that match, and wait until it is complete.

        `interval` is the least number of milliseconds between two frames from the server.
        """
        filter = _filter(task=task, state=state, username=username, _id=id)
        view = View(self._link, filter, interval)
        await view.open()
        self._views.append(view)
        return view

    @property
    def view(self) -> View:
        """The view that was opened first."""
        if not self._views:
            raise JobsyncError("there is no view yet: call subscribe() first")
        return self._views[0]

    @property
    def jobs(self) -> Mapping[str, Job]:
        """The jobs of the first view, by id."""
        return self.view.jobs

    def updates(self) -> Updates:
        """What changes in the first view, from now on."""
        return self.view.updates()

    async def _act(
        self, method: str, ids: tuple[str, ...], more: dict[str, Any]
    ) -> dict[str, str | CallError]:
        if not ids:
            return {}
        answer = await self.call(method, {"_id": ids[0] if len(ids) == 1 else ids, **more})
        return {
            id: word if isinstance(word, str) else CallError.from_wire(word)
            for id, word in answer["jobs"].items()
        }

    async def _insist(self, method: str, params: Mapping[str, Any], timeout: float) -> Any:
        """Make a call that may be made twice, again and again until there is an answer."""
        end = time.monotonic() + timeout
        attempt = 0
        while True:
            try:
                return await self._link.call(method, params, max(0.0, end - time.monotonic()))
            except (CallError, ConnectionLost) as error:
                temporary = error.retry if isinstance(error, CallError) else error.sent
                after = error.after if isinstance(error, CallError) else 0.0
                wait = pause(attempt, after)
                if not temporary or time.monotonic() + wait >= end:
                    raise
            await asyncio.sleep(wait)
            attempt += 1


def _make_id() -> str:
    return "".join(secrets.choice(string.digits + string.ascii_lowercase) for _ in range(12))


def _filter(**fields: OneOrMore | None) -> dict[str, Any]:
    return {
        name: value if isinstance(value, str) else list(value)
        for name, value in fields.items()
        if value is not None
    }
