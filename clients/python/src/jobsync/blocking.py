"""The client for programs without asyncio."""

from __future__ import annotations

import asyncio
import os
import pathlib
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, TypeVar

from .aio import TIMEOUT, AsyncClient, OneOrMore
from .data import Export, Key, Record
from .detail import Detail
from .errors import CallError, JobsyncError
from .job import Job
from .replica import Update
from .views import View

T = TypeVar("T")


class Client:
    """A client of one server: an `AsyncClient` on a thread of its own, so both behave alike.

    with Client("http://127.0.0.1:9950") as jobs:
        print(jobs.run("add_host", file="prunus_persica.fa").result)

    It may be used from several threads. See `AsyncClient` for what the methods do.
    """

    def __init__(
        self, url: str | None = None, *, token: str | None = None, patient: bool = False
    ) -> None:
        self._client = AsyncClient(url, token=token, patient=patient)
        self._loop: asyncio.AbstractEventLoop | None = None

    def __enter__(self) -> Client:
        self.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def open(self) -> None:
        """Connect and log in."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="jobsync", daemon=True)
        self._thread.start()
        try:
            self._do(self._client.open())
        except BaseException:
            self._stop()
            raise

    def close(self) -> None:
        """Close the connection; views and tails end."""
        if self._loop is not None:
            self._do(self._client.close())
            self._stop()

    @property
    def connected(self) -> bool:
        """Whether there is a connection at this moment."""
        return self._loop is not None and self._client.connected

    def call(
        self,
        method: str,
        params: Mapping[str, Any] | None = None,
        /,
        *,
        timeout: float = TIMEOUT,
        **more: Any,
    ) -> Any:
        """Make any call of the protocol."""
        return self._do(self._client.call(method, params, timeout=timeout, **more))

    @property
    def data(self) -> BlockingData:
        """What jobs make and what they work on."""
        return BlockingData(self)

    def new(
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
        """Make a job and return its id; keyword arguments are the task's arguments."""
        return self._do(
            self._client.new(
                task,
                {**(args or {}), **more},
                proc=proc,
                mem=mem,
                priority=priority,
                job_id=job_id,
                timeout=timeout,
            )
        )

    def run(
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
        """Make a job, wait for its end, and return everything about it."""
        return self._do(
            self._client.run(
                task,
                {**(args or {}), **more},
                proc=proc,
                mem=mem,
                priority=priority,
                job_id=job_id,
                timeout=timeout,
            )
        )

    def wait(self, id: str, timeout: float | None = None) -> Job:
        """Wait until a job is final."""
        return self._do(self._client.wait(id, timeout))

    def detail(self, id: str, *, timeout: float = TIMEOUT) -> Detail:
        """Everything about one job."""
        return self._do(self._client.detail(id, timeout=timeout))

    def output(
        self,
        id: str,
        name: str,
        to: str | os.PathLike[str] | None = None,
        *,
        timeout: float = TIMEOUT,
    ) -> bytes | pathlib.Path:
        """Read a file that a job has kept, as bytes or into a file."""
        return self._do(self._client.output(id, name, to, timeout=timeout))

    def cancel(self, *ids: str, reason: str | None = None) -> dict[str, str | CallError]:
        """Cancel jobs."""
        return self._do(self._client.cancel(*ids, reason=reason))

    def archive(self, *ids: str) -> dict[str, str | CallError]:
        """Archive final jobs."""
        return self._do(self._client.archive(*ids))

    def remove(self, *ids: str) -> dict[str, str | CallError]:
        """Remove final jobs for good."""
        return self._do(self._client.remove(*ids))

    def find(
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
        return self._do(
            self._client.find(
                task=task,
                state=state,
                username=username,
                id=id,
                archived=archived,
                sort=sort,
                limit=limit,
                timeout=timeout,
            )
        )

    def tail(self, id: str, *, offset: int = 0) -> Iterator[str]:
        """Follow a job's log until the job is over."""
        return self._iterate(self._client.tail(id, offset=offset))

    def subscribe(
        self,
        *,
        task: OneOrMore | None = None,
        state: OneOrMore | None = None,
        username: OneOrMore | None = None,
        id: OneOrMore | None = None,
        interval: int | None = None,
    ) -> BlockingView:
        """Open a view of the jobs that match, and wait until it is complete."""
        view = self._do(
            self._client.subscribe(
                task=task, state=state, username=username, id=id, interval=interval
            )
        )
        return BlockingView(self, view)

    @property
    def jobs(self) -> dict[str, Job]:
        """A copy of the jobs of the first view, by id."""
        return self._ask(lambda: dict(self._client.jobs))

    def updates(self) -> Iterator[Update]:
        """What changes in the first view, from now on."""
        return self._iterate(self._ask(self._client.updates))

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        if self._loop is None:
            work.close()
            raise JobsyncError("the client is not open")
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()  # ^C ends what we no longer wait for
            raise

    def _ask(self, question: Callable[[], T]) -> T:
        async def ask() -> T:
            return question()

        return self._do(ask())

    def _iterate(self, items: Any) -> Iterator[Any]:
        async def next_item() -> Any:
            return await anext(items)

        async def close() -> None:
            if hasattr(items, "aclose"):
                await items.aclose()

        def iterate() -> Iterator[Any]:
            try:
                while True:
                    try:
                        yield self._do(next_item())
                    except StopAsyncIteration:
                        return
            finally:
                if self._loop is not None:
                    self._do(close())

        return iterate()

    def _stop(self) -> None:
        loop, self._loop = self._loop, None
        if loop is not None:
            loop.call_soon_threadsafe(loop.stop)
            self._thread.join()
            loop.close()


class BlockingView:
    """A live copy of the jobs that a filter admits. Made by `Client.subscribe`."""

    def __init__(self, client: Client, view: View) -> None:
        self._client = client
        self._view = view

    @property
    def jobs(self) -> dict[str, Job]:
        """A copy of the jobs, by id."""
        return self._client._ask(lambda: dict(self._view.jobs))

    @property
    def live(self) -> bool:
        """Whether the view is connected and complete."""
        return self._view.live

    @property
    def seq(self) -> int | None:
        """How far the view goes."""
        return self._view.seq

    def updates(self) -> Iterator[Update]:
        """Follow what changes from now on."""
        return self._client._iterate(self._client._ask(self._view.updates))

    def reached(self, seq: int, timeout: float | None = None) -> None:
        """Wait until the view shows the effect of a call that answered this `seq`."""
        self._client._do(self._view.reached(seq, timeout))

    def close(self) -> None:
        """Stop keeping the view."""
        self._client._do(self._view.close())


class BlockingData:
    """What the server keeps: `client.data.list("host")`; see `AsyncData`."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def list(self, kind: str) -> list[Record]:
        """All records of a kind by their ids, without the long members of their documents."""
        return self._client._do(self._client._client.data.list(kind))

    def show(self, kind: str, id: str) -> Record:
        """One record, whole."""
        return self._client._do(self._client._client.data.show(kind, id))

    def export(
        self, kind: str, id: str, format: str = "tsv", *, virus: str | None = None
    ) -> Export:
        """A result as a file holds it; see `AsyncData.export`."""
        data = self._client._client.data
        return self._client._do(data.export(kind, id, format, virus=virus))

    def findings(
        self,
        format: str = "tsv",
        *,
        layout: str = "wide",
        samples: Sequence[str] = (),
        algorithm: str | None = None,
        every: bool = False,
    ) -> Export:
        """Which viruses were found in which samples; see `AsyncData.findings`."""
        data = self._client._client.data
        found = data.findings(
            format, layout=layout, samples=samples, algorithm=algorithm, every=every
        )
        return self._client._do(found)

    def remove(self, kind: str, id: str, *, all: bool = False) -> tuple[Key, ...]:
        """Remove something with its files, and with `all` what was made from it."""
        return self._client._do(self._client._client.data.remove(kind, id, all=all))

    def import_reference(
        self,
        source: str | os.PathLike[str] | Mapping[str, Any],
        *,
        id: str = "viruses",
        name: str | None = None,
        table: str | os.PathLike[str] | None = None,
    ) -> Record:
        """Bring a reference along: a mapping, a file (FASTA, JSON, what Virtool exports), a folder."""
        data = self._client._client.data
        return self._client._do(data.import_reference(source, id=id, name=name, table=table))
