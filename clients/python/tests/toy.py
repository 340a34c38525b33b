"""A small server of the protocol that does as a test tells it, faults included.

It runs nothing: a test moves jobs from state to state with `put`. It speaks WebSocket for
real, through the same library as the client, and is no measure for the protocol: for that
there are the golden conversations and test_real.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

DATE = "2016-08-25T11:48:22.375557Z"
Params = dict[str, Any]


class Fault(Exception):
    """An error to answer a call with."""

    def __init__(self, number: int, code: str, retry: bool = False, **data: Any) -> None:
        super().__init__(code)
        self.error = {
            "code": number,
            "message": f"the toy says {code}",
            "data": {"code": code, "retry": retry, **data},
        }


def document(id: str, **fields: Any) -> Params:
    """A minimal document."""
    return {
        "_id": id,
        "_version": 1,
        "task": "toy",
        "proc": 1,
        "mem": 1,
        "username": "local",
        "archived": False,
        "added": DATE,
        "state": "waiting",
        "progress": 0,
        "stage": None,
        "updated": DATE,
        **fields,
    }


def digest(jobs: Iterable[Params]) -> str:
    """The digest of a view, written a second time so that the client's is checked."""
    total = 0
    for job in jobs:
        value = 14695981039346656037
        for byte in f"{job['_id']}:{job['_version']}".encode():
            value = (value ^ byte) * 1099511628211 % 2**64
        total ^= value
    return format(total, "016x")


@dataclass(eq=False)
class Peer:
    """One connection."""

    socket: ServerConnection
    filters: dict[int, Params] = field(default_factory=dict)
    tails: set[str] = field(default_factory=set)
    opened: int = 0


class Toy:
    """The server. `async with Toy() as toy:`"""

    def __init__(self, token: str | None = None) -> None:
        self.token = token
        self.epoch = "epoch-1"
        self.seq = 0
        self.horizon = 0
        self.jobs: dict[str, Params] = {}
        self.changed: dict[str, int] = {}
        self.logs: dict[str, str] = {}
        self.peers: list[Peer] = []
        self.calls: list[tuple[str, Params]] = []
        self.modes: list[str] = []
        self.mute: set[str] = set()  # methods that are carried out but not answered
        self.deaf: set[str] = set()  # methods that are ignored
        self.faults: dict[str, list[Fault]] = {}  # method: errors to answer before working
        self.lose = 0  # how many frames to lose
        self.split = 100  # how many documents a frame holds
        self._server: Server | None = None
        self.port = 0

    async def __aenter__(self) -> Toy:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen; a second time on the same port."""
        self._server = await serve(
            self._serve,
            "127.0.0.1",
            self.port,
            subprotocols=["jobsync.v1.json"],  # type: ignore[list-item]
            process_request=self._admit,
            max_size=1 << 20,
        )
        self.port = next(iter(self._server.sockets)).getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and close what is open."""
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    def drop(self) -> None:
        """Break every connection without a word."""
        for peer in self.peers:
            peer.socket.transport.abort()

    async def close(self, code: int, reason: str = "") -> None:
        """Close every connection with a code."""
        for peer in list(self.peers):
            await peer.socket.close(code, reason)

    async def push(self, method: str, **params: Any) -> None:
        """Say something to everyone."""
        for peer in self.peers:
            await _send(peer, {"jsonrpc": "2.0", "method": method, "params": params})

    async def put(self, id: str, **fields: Any) -> int:
        """Change a job, or make one, and tell everyone."""
        job = self.jobs.get(id)
        version = job["_version"] + 1 if job else 1
        self.jobs[id] = {**(job or document(id)), "_version": version, **fields}
        return await self._commit(id)

    async def delete(self, id: str) -> int:
        """Remove a job and tell everyone."""
        del self.jobs[id]
        return await self._commit(id)

    async def log(self, id: str, text: str, ended: bool = False) -> None:
        """Add to a log and tell who follows."""
        offset = len(self.logs.get(id, "").encode())
        self.logs[id] = self.logs.get(id, "") + text
        for peer in self.peers:
            if id in peer.tails:
                params = {"_id": id, "offset": offset, "text": text, "ended": ended}
                await _send(peer, {"jsonrpc": "2.0", "method": "jobs.log", "params": params})

    async def tick(self) -> None:
        """Send the heartbeat of every subscription."""
        for peer in self.peers:
            for number, filter in peer.filters.items():
                jobs = self._admitted(filter)
                params: Params = {"subscription": number, "seq": self.seq}
                params |= {"count": len(jobs), "digest": digest(jobs)}
                await _send(peer, {"jsonrpc": "2.0", "method": "tick", "params": params})

    def restore(self) -> None:
        """Begin another history."""
        self.epoch += "x"

    async def _commit(self, id: str) -> int:
        self.seq += 1
        self.changed[id] = self.seq
        if self.lose:
            self.lose -= 1
            return self.seq
        for peer in self.peers:
            for number, filter in peer.filters.items():
                job = self.jobs.get(id)
                here = job is not None and _admits(filter, job)
                frame = {"put": [job] if here else [], "del": [] if here else [id]}
                await _frame(peer, number, self.seq, **frame)
        return self.seq

    def _admitted(self, filter: Params) -> list[Params]:
        return [job for job in self.jobs.values() if _admits(filter, job)]

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        given = request.headers.get("Authorization")
        if request.path != "/ws":
            return connection.respond(HTTPStatus.NOT_FOUND, "nothing here\n")
        if given is not None and given != f"Bearer {self.token}":
            return connection.respond(HTTPStatus.UNAUTHORIZED, "that token is not known\n")
        return None

    async def _serve(self, socket: ServerConnection) -> None:
        assert socket.request is not None
        known = self.token is None or "Authorization" in socket.request.headers
        peer = Peer(socket)
        self.peers.append(peer)
        try:
            async for text in socket:
                request = json.loads(text)
                method, params = request["method"], request.get("params", {})
                self.calls.append((method, params))
                if method in self.deaf:
                    continue
                answer: Params = {"jsonrpc": "2.0", "id": request["id"]}
                try:
                    if not known:
                        raise Fault(-32001, "unauthenticated")
                    if self.faults.get(method):
                        raise self.faults[method].pop(0)
                    handler = getattr(self, "_" + method.replace(".", "_"))
                    answer["result"], after = await handler(peer, params)
                except Fault as fault:
                    answer["error"], after = fault.error, None
                if method not in self.mute:
                    await _send(peer, answer)
                if after is not None:
                    await after()
        except ConnectionClosed:
            pass
        finally:
            self.peers.remove(peer)

    # Calls: each returns its result, and what to do after the answer.

    async def _session_whoami(self, peer: Peer, params: Params) -> Any:
        limits = {"message": 1 << 20, "nesting": 32, "batch": 100, "calls": 64, "rate": 1000}
        who = {"username": "local", "permissions": [], "epoch": self.epoch, "seq": self.seq}
        return {**who, "server": "jobsync 0.0.0", "protocol": 1, "limits": limits}, None

    async def _jobs_new(self, peer: Peer, params: Params) -> Any:
        id = params["job_id"]
        created = id not in self.jobs
        if created:
            await self.put(id, task=params["task"], args=params["args"])
        answer = {"_id": id, "_version": self.jobs[id]["_version"], "seq": self.seq}
        return {**answer, "created": created}, None

    async def _jobs_cancel(self, peer: Peer, params: Params) -> Any:
        ids = params["_id"]
        outcome: Params = {}
        for id in [ids] if isinstance(ids, str) else ids:
            if id in self.jobs:
                await self.put(id, state="cancelled")
                outcome[id] = "cancelled"
            else:
                fault = Fault(-32004, "not_found", _id=id)
                if isinstance(ids, str):
                    raise fault
                outcome[id] = fault.error
        return {"jobs": outcome, "seq": self.seq}, None

    async def _jobs_detail(self, peer: Peer, params: Params) -> Any:
        id = params["_id"]
        if id not in self.jobs:
            raise Fault(-32004, "not_found", _id=id)
        job = {"args": {}, "priority": 0, **self.jobs[id]}
        error = {"cause": "exit", "message": job["error"], "log": []} if "error" in job else None
        status = {"stage": job["stage"], "progress": job["progress"], "error": error}
        job["status"] = [{**status, "state": job["state"], "date": DATE}]
        log = self.logs.get(id, "")
        detail = {"job": job, "stages": ["only"], "queue": None}
        return {**detail, "log": {"size": len(log.encode()), "offset": 0, "text": log}}, None

    async def _jobs_find(self, peer: Peer, params: Params) -> Any:
        ids = sorted(job["_id"] for job in self._admitted(params.get("filter", {})))
        start = ids.index(params["after"]) + 1 if "after" in params else 0
        page = ids[start : start + params["limit"]]
        more = start + len(page) < len(ids)
        return {"jobs": [self.jobs[id] for id in page], "after": page[-1] if more else None}, None

    async def _jobs_subscribe(self, peer: Peer, params: Params) -> Any:
        filter = params.get("filter", {})
        resume, manifest = params.get("resume"), params.get("manifest")
        peer.opened += 1
        number = peer.opened
        jobs = {job["_id"]: job for job in self._admitted(filter)}
        if resume and resume["epoch"] == self.epoch and resume["seq"] >= self.horizon:
            mode = "delta"
            changed = {id for id, seq in self.changed.items() if seq > resume["seq"]}
            put = [job for id, job in jobs.items() if id in changed]
            gone = [id for id in changed if id not in jobs]
        elif manifest is not None:
            mode = "diff"
            put = [job for id, job in jobs.items() if manifest.get(id) != job["_version"]]
            gone = [id for id in manifest if id not in jobs]
        else:
            mode, put, gone = "snapshot", list(jobs.values()), []
        self.modes.append(mode)
        seq = self.seq

        async def load() -> None:
            rest = put
            while len(rest) > self.split:
                await _frame(peer, number, seq, sync=True, put=rest[: self.split], **{"del": []})
                rest = rest[self.split :]
            await _frame(peer, number, seq, sync=False, put=rest, **{"del": gone})
            peer.filters[number] = filter

        answer = {"subscription": number, "epoch": self.epoch, "seq": seq, "mode": mode}
        return {**answer, "count": len(jobs)}, load

    async def _jobs_unsubscribe(self, peer: Peer, params: Params) -> Any:
        if peer.filters.pop(params["subscription"], None) is None:
            raise Fault(-32004, "not_found", subscription=params["subscription"])
        return True, None

    async def _jobs_tail(self, peer: Peer, params: Params) -> Any:
        id = params["_id"]
        if id not in self.jobs:
            raise Fault(-32004, "not_found", _id=id)
        log = self.logs.get(id, "").encode()
        offset = params["offset"]
        offset = max(0, len(log) + offset) if offset < 0 else min(offset, len(log))
        ended = self.jobs[id]["state"] in ("complete", "error", "cancelled")
        if not ended:
            peer.tails.add(id)
        text = log[offset:].decode()
        answer = {"_id": id, "offset": offset, "size": len(log), "text": text, "ended": ended}
        return answer, None

    async def _jobs_untail(self, peer: Peer, params: Params) -> Any:
        peer.tails.discard(params["_id"])
        return True, None


async def _frame(peer: Peer, number: int, seq: int, **fields: Any) -> None:
    params = {"subscription": number, "seq": seq, **fields}
    await _send(peer, {"jsonrpc": "2.0", "method": "jobs.sync", "params": params})


async def _send(peer: Peer, message: Params) -> None:
    await peer.socket.send(json.dumps(message))


def _admits(filter: Params, job: Params) -> bool:
    if job["archived"]:
        return False
    return all(
        job[name] in (value if isinstance(value, list) else [value])
        for name, value in filter.items()
    )
