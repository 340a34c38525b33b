"""What can go wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .detail import Detail


class JobsyncError(Exception):
    """Everything that this package raises by itself."""


class ConnectionLost(JobsyncError):
    """There is no connection, or it broke while a call was under way.

    `sent` says whether the call had left: then it may or may not have run.
    """

    def __init__(self, message: str, *, sent: bool = False) -> None:
        super().__init__(message)
        self.sent = sent


class Refused(JobsyncError):
    """The server does not want this client, and trying again will not help.

    `code` is a WebSocket close code from 4500 up, or the HTTP status of a refused upgrade.
    """

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


class JobFailed(JobsyncError):
    """The result was asked of a job that did not complete. `detail` tells all about it."""

    def __init__(self, detail: Detail) -> None:
        reason = f": {detail.error.message}" if detail.error else ""
        super().__init__(f"job {detail.id} is {detail.state}{reason}")
        self.detail = detail


class CallError(JobsyncError):
    """The server answered a call with an error.

    `code` is its name, such as "bad_arguments"; `number` the JSON-RPC code; `data` what came
    with it; `retry` whether the same call may succeed later; `after` in how many seconds.
    """

    def __init__(self, number: int, message: str, data: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.number = number
        self.message = message
        self.data = dict(data)
        self.code = str(data.get("code", number))
        self.retry = bool(data.get("retry", False))
        after = data.get("after")
        self.after = after / 1000 if isinstance(after, int | float) else None

    @classmethod
    def from_wire(cls, error: Mapping[str, Any]) -> CallError:
        """Make the exception that fits an `error` object."""
        data = error.get("data")
        data = data if isinstance(data, Mapping) else {}
        number = error.get("code", 0)
        kind = _KINDS.get(number, CallError)
        return kind(number, str(error.get("message", "error")), data)


class Unauthenticated(CallError):
    """Not logged in, or a token that the server does not know."""


class Forbidden(CallError):
    """This user may not do that; `data["permission"]` names what is missing."""


class NotFound(CallError):
    """There is no such job, task or subscription."""


class Conflict(CallError):
    """Another job has this id already."""


class BadState(CallError):
    """The job is in the wrong state for this; `data["state"]` tells which."""


class BadArguments(CallError):
    """The task cannot take these arguments; `data["field"]` names the one at fault."""


class RateLimited(CallError):
    """Too much at once."""


class Unavailable(CallError):
    """The server cannot do this now: its store fails, or a tool is missing."""


class Draining(CallError):
    """The server is going down; the client connects again by itself."""


_KINDS: dict[int, type[CallError]] = {
    -32001: Unauthenticated,
    -32003: Forbidden,
    -32004: NotFound,
    -32009: Conflict,
    -32010: BadState,
    -32022: BadArguments,
    -32029: RateLimited,
    -32053: Unavailable,
    -32054: Draining,
}
