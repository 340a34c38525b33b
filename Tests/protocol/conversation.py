"""Holds the golden conversations of protocol/vectors with a server: see the README there."""

from __future__ import annotations

import json
import pathlib
import re
import time
from collections import defaultdict, deque
from contextlib import ExitStack
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.sync.client import ClientConnection
from websockets.typing import Subprotocol

from jobsync_messages import check, check_answer, check_push
from jobsync_server import PATIENCE, Server, connect

KINDS = {
    "string": lambda v: isinstance(v, str),
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "number": lambda v: isinstance(v, int | float) and not isinstance(v, bool),
    "boolean": lambda v: isinstance(v, bool),
    "object": lambda v: isinstance(v, dict),
    "array": lambda v: isinstance(v, list),
    "date": lambda v: (
        isinstance(v, str)
        and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", v) is not None
    ),
    "id": lambda v: (
        isinstance(v, str) and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", v) is not None
    ),
}


class Mismatch(AssertionError):
    """The server said something else."""


class Patterns:
    """Matches values and remembers the names that were given to them."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {}

    def problem(self, pattern: Any, value: Any, path: str = "$") -> str | None:
        """What is wrong with the value, or None; names are bound only if nothing is."""
        bound: dict[str, Any] = {}
        problem = self._compare(pattern, value, path, bound)
        if problem is None:
            self.names |= bound
        return problem

    def filled(self, pattern: Any) -> Any:
        """The pattern with each reference replaced by its value."""
        match pattern:
            case {"$ref": str(name)}:
                return self.names[name]
            case dict():
                return {key: self.filled(value) for key, value in pattern.items()}
            case list():
                return [self.filled(value) for value in pattern]
        return pattern

    def _compare(self, pattern: Any, value: Any, path: str, bound: dict[str, Any]) -> str | None:
        match pattern:
            case {"$bind": str(name), **rest}:
                bound[name] = value
                return self._compare(rest, value, path, bound) if rest else None
            case {"$any": str(kind)}:
                return None if KINDS[kind](value) else f"{path}: no {kind}: {value!r}"
            case {"$ref": str(name)}:
                return self._compare(bound.get(name, self.names.get(name)), value, path, bound)
            case {"$has": dict(members)}:
                if not isinstance(value, dict):
                    return f"{path}: no object: {value!r}"
                return self._members(members, value, path, bound)
            case {"$contains": element}:
                if not isinstance(value, list):
                    return f"{path}: no array: {value!r}"
                problems = [self._compare(element, one, path, bound) for one in value]
                if None in problems:
                    return None
                return f"{path}: no element matches {element}: {value!r}"
            case dict():
                if not isinstance(value, dict):
                    return f"{path}: no object: {value!r}"
                if more := value.keys() - pattern.keys():
                    return f"{path}: unexpected {sorted(more)} in {value!r}"
                return self._members(pattern, value, path, bound)
            case list():
                return self._elements(pattern, value, path, bound)
        # To Python True is 1; to JSON it is not.
        same = isinstance(pattern, bool) == isinstance(value, bool) and pattern == value
        return None if same else f"{path}: {value!r} is not {pattern!r}"

    def _members(
        self, pattern: dict[str, Any], value: dict[str, Any], path: str, bound: dict[str, Any]
    ) -> str | None:
        for key, part in pattern.items():
            if key not in value:
                return f"{path}: {key} is missing in {value!r}"
            if problem := self._compare(part, value[key], f"{path}.{key}", bound):
                return problem
        return None

    def _elements(
        self, pattern: list[Any], value: Any, path: str, bound: dict[str, Any]
    ) -> str | None:
        if not isinstance(value, list) or len(value) != len(pattern):
            return f"{path}: not {len(pattern)} elements: {value!r}"
        for index, (part, one) in enumerate(zip(pattern, value, strict=True)):
            if problem := self._compare(part, one, f"{path}[{index}]", bound):
                return problem
        return None


class Connection:
    """One connection; what the server sends is checked and sorted into queues."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.queues: defaultdict[str, deque[Any]] = defaultdict(deque)
        self.views: defaultdict[int, dict[str, Any]] = defaultdict(dict)
        self.loaded: set[int] = set()
        self.closed: int | None = None
        self._methods: dict[Any, str] = {}
        self._subscriptions: set[int] = set()

    def send(self, text: str) -> None:
        self._note(text)
        self.socket.send(text)

    def take(self, queue: str, deadline: float) -> Any:
        """The next message of a queue."""
        while not self.queues[queue]:
            self.read(deadline)
        message = self.queues[queue].popleft()
        if queue.startswith("jobs.sync "):
            self._apply(message["params"])
        return message

    def read(self, deadline: float) -> None:
        """Read one message."""
        try:
            text = self.socket.recv(timeout=max(0.0, deadline - time.monotonic()))
        except TimeoutError:
            raise Mismatch("nothing came in time") from None
        except ConnectionClosed as error:
            self.closed = error.rcvd.code if error.rcvd else 1006
            reason = error.rcvd.reason if error.rcvd else ""
            raise Mismatch(f"closed with {self.closed} {reason}") from None
        if not isinstance(text, str):
            raise Mismatch("a binary frame")
        message = json.loads(text)
        for one in message if isinstance(message, list) else [message]:
            if "method" in one:
                check_push(one)
            else:
                check_answer(self._methods.get(one.get("id")), one)
        if not isinstance(message, list) and "method" in message:
            number = message["params"].get("subscription")
            if message["method"] == "jobs.sync" and number not in self._subscriptions:
                raise Mismatch(f"a frame of a subscription that nobody has: {message}")
        else:
            self._note_subscription(message)
        self.queues[queue_of(message)].append(message)

    def _note(self, text: str) -> None:
        try:
            message = json.loads(text)
        except ValueError:
            return
        for one in message if isinstance(message, list) else [message]:
            if isinstance(one, dict) and not isinstance(one.get("id"), dict | list):
                self._methods[one.get("id")] = one.get("method", "")

    def _note_subscription(self, answer: Any) -> None:
        result = answer.get("result") if isinstance(answer, dict) else None
        if isinstance(result, dict) and "subscription" in result:
            self._subscriptions.add(result["subscription"])

    def _apply(self, frame: dict[str, Any]) -> None:
        number = frame["subscription"]
        view = self.views[number]
        for job in frame["put"]:
            before = view.get(job["_id"])
            if before and before["added"] == job["added"]:
                assert before["_version"] <= job["_version"], f"a version went back: {job}"
            view[job["_id"]] = job
        for id in frame["del"]:
            view.pop(id, None)
        if frame.get("sync") is False:
            self.loaded.add(number)
        elif "sync" not in frame:
            assert number in self.loaded, f"a live frame before the load was complete: {frame}"


def queue_of(message: Any) -> str:
    """Which queue a message (or a pattern of one) belongs to."""
    if not isinstance(message, dict) or "method" not in message:
        return "answers"
    if message["method"] == "jobs.sync":
        return f"jobs.sync {message['params']['subscription']}"
    return str(message["method"])


def header(path: pathlib.Path) -> dict[str, Any]:
    """The first line of a vector file."""
    with path.open() as lines:
        return json.loads(next(lines))


class Conversation:
    """One vector file, held with one server."""

    def __init__(self, path: pathlib.Path, server: Server) -> None:
        self._steps = [json.loads(line) for line in path.read_text().splitlines()[1:]]
        self._server = server
        self._patterns = Patterns()
        self._sockets = ExitStack()
        self._connections: dict[int, Connection] = {}
        if server.token:
            self._patterns.names["token"] = server.token

    def hold(self) -> None:
        """Carry out all steps; an error says which line of the file it was."""
        with self._sockets:
            for line, step in enumerate(self._steps, 2):
                try:
                    getattr(self, f"_{step['dir']}")(step, time.monotonic() + PATIENCE)
                except (AssertionError, WebSocketException, OSError) as error:
                    text = json.dumps(step, ensure_ascii=False)
                    raise Mismatch(f"line {line}: {text}\n{error}") from error

    def _open(self, step: dict[str, Any], deadline: float) -> None:
        protocols = [Subprotocol(name) for name in step.get("protocols", ["jobsync.v1.json"])]
        headers = {}
        if "token" in step:
            headers["Authorization"] = f"Bearer {self._patterns.filled(step['token'])}"
        refused = step.get("refused")
        try:
            socket = self._sockets.enter_context(
                connect(
                    self._server.socket,
                    subprotocols=protocols or None,
                    additional_headers=headers,
                    compression=None,
                    max_size=None,
                )
            )
        except InvalidStatus as error:
            status = error.response.status_code
            assert status == refused, f"refused with {status}"
            return
        self._connections[step["c"]] = Connection(socket)
        assert refused is None, "it was not refused"
        if "jobsync.v1.json" in protocols:
            assert socket.subprotocol == "jobsync.v1.json", f"chose {socket.subprotocol}"

    def _in(self, step: dict[str, Any], deadline: float) -> None:
        connection = self._connections[step["c"]]
        if step.get("binary"):
            connection.socket.send(step["raw"].encode())
        elif "raw" in step:
            connection.send(step["raw"])
        else:
            message = self._patterns.filled(step["msg"])
            connection.send(json.dumps(message, ensure_ascii=False))

    def _out(self, step: dict[str, Any], deadline: float) -> None:
        pattern = step["msg"]
        message = self._connections[step["c"]].take(queue_of(pattern), deadline)
        if isinstance(pattern, list) and isinstance(message, list):
            self._match_batch(pattern, message)
        elif problem := self._patterns.problem(pattern, message):
            raise Mismatch(problem)

    def _match_batch(self, pattern: list[Any], message: list[Any]) -> None:
        left = list(message)
        for part in pattern:
            for one in left:
                if self._patterns.problem(part, one) is None:
                    left.remove(one)
                    break
            else:
                raise Mismatch(f"no answer matches {part}: {message}")
        assert not left, f"answers too many: {left}"

    def _until(self, step: dict[str, Any], deadline: float) -> None:
        pattern = step["match"]
        connection = self._connections[step["c"]]
        last = None
        while True:
            try:
                last = connection.take(queue_of(pattern), deadline)
            except Mismatch as error:
                raise Mismatch(f"{error}; the last one was {last}") from None
            if self._patterns.problem(pattern, last) is None:
                return

    def _view(self, step: dict[str, Any], deadline: float) -> None:
        connection = self._connections[step["c"]]
        number = step["subscription"]
        view = connection.views[number]
        if "base" in step:
            c, subscription = step["base"]
            assert not view, "a base after the first frame"
            view.update(self._connections[c].views[subscription])
        while (problem := self._view_problem(connection, number, step["jobs"])) is not None:
            try:
                connection.take(f"jobs.sync {number}", deadline)
            except Mismatch as error:
                raise Mismatch(f"{error}; {problem}") from None

    def _view_problem(
        self, connection: Connection, number: int, jobs: dict[str, Any]
    ) -> str | None:
        if number not in connection.loaded:
            return "the load is not complete"
        return self._patterns.problem(jobs, connection.views[number], "view")

    def _close(self, step: dict[str, Any], deadline: float) -> None:
        connection = self._connections[step["c"]]
        if "code" in step:
            while connection.closed is None:
                try:
                    connection.read(deadline)
                except Mismatch:
                    if connection.closed is None:
                        raise
            assert connection.closed == step["code"], f"closed with {connection.closed}"
        else:
            left = list(connection.queues["answers"])
            assert not left, f"answers that nobody expected: {left}"
            connection.socket.close()
            assert connection.socket.close_code == 1000


def check_patterns(step: dict[str, Any]) -> None:
    """Check that what a vector sends is what the schema says, as far as it is meant to be."""
    if step["dir"] == "in" and "msg" in step:
        messages = step["msg"] if isinstance(step["msg"], list) else [step["msg"]]
        for message in messages:
            if isinstance(message, dict) and "$ref" not in json.dumps(message):
                check("request", message)
