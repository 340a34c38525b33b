"""A job as views hold it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, cast

State = Literal["waiting", "running", "cancelling", "complete", "error", "cancelled"]

FINAL: frozenset[str] = frozenset({"complete", "error", "cancelled"})
"""The states that a job never leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The minimal document of a job.

    Fields that a newer server sends and this version does not know are in `extra`.
    """

    id: str
    version: int
    task: str
    proc: int
    mem: int
    username: str
    archived: bool
    added: datetime
    state: State
    progress: float
    stage: str | None
    updated: datetime
    error: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def final(self) -> bool:
        """Whether the job is over."""
        return self.state in FINAL

    @classmethod
    def from_wire(cls, document: Mapping[str, Any]) -> Job:
        """Read a minimal document."""
        return cls(
            id=document["_id"],
            version=document["_version"],
            task=document["task"],
            proc=document["proc"],
            mem=document["mem"],
            username=document["username"],
            archived=document["archived"],
            added=datetime.fromisoformat(document["added"]),
            state=cast(State, document["state"]),
            progress=float(document["progress"]),
            stage=document.get("stage"),
            updated=datetime.fromisoformat(document["updated"]),
            error=document.get("error"),
            extra={key: value for key, value in document.items() if key not in _KNOWN},
        )


_KNOWN = frozenset(
    (
        *("_id", "_version", "task", "proc", "mem", "username", "archived"),
        *("added", "state", "progress", "stage", "updated", "error"),
    )
)
