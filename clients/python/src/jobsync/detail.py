"""Everything about one job: the answer to `jobs.detail`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from .errors import JobFailed
from .job import FINAL, Job, State


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a job ended in error: a cause, a sentence, and the last lines of its tool."""

    cause: str
    message: str
    log: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Restart:
    """Why a job that was started waits again.

    `cause` is `server` if the job could not be started, `times` times in a row; any other ended the
    attempt of this number.
    """

    cause: str
    message: str
    attempt: int
    times: int


@dataclass(frozen=True, slots=True)
class Status:
    """One entry of a job's history."""

    stage: str | None
    progress: float
    state: State
    date: datetime
    error: Failure | None
    by: str | None = None
    """Who cancelled the job, from the entry on that says so."""
    reason: str | None = None
    """Why, if that was said."""
    restart: Restart | None = None

    @classmethod
    def from_wire(cls, entry: Mapping[str, Any]) -> Status:
        """Read one entry of `status`."""
        error, restart = entry.get("error"), entry.get("restart")
        return cls(
            stage=entry["stage"],
            progress=float(entry["progress"]),
            state=cast(State, entry["state"]),
            date=datetime.fromisoformat(entry["date"]),
            error=Failure(error["cause"], error["message"], tuple(error.get("log", ())))
            if error
            else None,
            by=entry.get("by"),
            reason=entry.get("reason"),
            restart=Restart(
                restart["cause"], restart["message"], restart["attempt"], restart["times"]
            )
            if restart
            else None,
        )


@dataclass(frozen=True, slots=True)
class Log:
    """The end of a job's log: `text` begins at byte `offset` of `size`."""

    size: int
    offset: int
    text: str


@dataclass(frozen=True, slots=True)
class Output:
    """A file that a job has kept: its name, with slashes, and its size in bytes."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Queue:
    """Why a job waits (`reason`, and in words `detail`), and its place, from 1.

    The place is counted among all jobs that could start if there were room (`line` is `queue`), or
    among those of its task that are held like it (`task`).
    """

    reason: str
    detail: str
    line: str
    position: int
    more: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Detail:
    """The whole document of a job, what it made, and the end of its log."""

    job: Job
    args: Mapping[str, Any]
    priority: int
    status: tuple[Status, ...]
    stages: tuple[str, ...]
    attempt: int
    """Which attempt at the job this is or was, from 1."""
    attempts: int
    """How many attempts there are at most."""
    log: Log
    queue: Queue | None
    usage: Mapping[str, Any] | None
    output: Any
    """The task's result, or None; unlike `result` it never raises."""
    outputs: tuple[Output, ...] = ()
    """The files that the job has kept; `Client.output` reads them."""

    @property
    def id(self) -> str:
        """The job's id."""
        return self.job.id

    @property
    def state(self) -> State:
        """The job's state."""
        return self.job.state

    @property
    def error(self) -> Failure | None:
        """Why it failed, if it did."""
        return self.status[-1].error

    @property
    def result(self) -> Any:
        """What the task made of its work; raises `JobFailed` unless the job is complete."""
        if self.state != "complete":
            raise JobFailed(self)
        return self.output

    @classmethod
    def from_wire(cls, answer: Mapping[str, Any]) -> Detail:
        """Read the result of `jobs.detail`."""
        document = answer["job"]
        status = tuple(Status.from_wire(entry) for entry in document["status"])
        last = status[-1]
        job = Job(
            id=document["_id"],
            version=document["_version"],
            task=document["task"],
            proc=document["proc"],
            mem=document["mem"],
            username=document["username"],
            archived=document["archived"],
            added=datetime.fromisoformat(document["added"]),
            state=last.state,
            progress=last.progress,
            stage=last.stage,
            updated=datetime.fromisoformat(document["updated"]),
            error=last.error.message if last.error else None,
        )
        log, queue = answer["log"], answer.get("queue")
        return cls(
            job=job,
            args=document["args"],
            priority=document["priority"],
            status=status,
            stages=tuple(answer["stages"]),
            attempt=answer.get("attempt", 1),
            attempts=answer.get("attempts", 1),
            log=Log(log["size"], log["offset"], log["text"]),
            queue=_queue(queue) if queue else None,
            usage=document.get("usage"),
            output=document.get("result"),
            outputs=tuple(Output(each["name"], each["size"]) for each in answer.get("outputs", ())),
        )

    @property
    def final(self) -> bool:
        """Whether the job is over."""
        return self.state in FINAL


def _queue(queue: Mapping[str, Any]) -> Queue:
    known = ("reason", "detail", "line", "position")
    more = {key: value for key, value in queue.items() if key not in known}
    line = queue.get("line", "queue")
    return Queue(queue["reason"], queue["detail"], line, queue["position"], more)
