"""A server that speaks the protocol and can misbehave on demand.

It exists for what a real server will not show: stalls, garbage, close codes, slow loads, a hundred thousand jobs. What a
real server can show is tested with the real server.
"""

import asyncio
import json
import mimetypes
import random
import re
import threading
import time
from contextlib import suppress
from datetime import datetime, timezone
from http import HTTPStatus
from pathlib import Path

from websockets.frames import Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol

import results

WEB = Path(__file__).resolve().parents[2] / "clients" / "web"
UNIT = Path(__file__).resolve().parent / "unit"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
PERMISSIONS = ["create_job", "cancel_job", "archive_job", "remove_job", "modify_options"]
FINAL = {"complete", "error", "cancelled"}
FRAME = 500  # documents in one frame of a load
PAGE = 100  # records in one answer


def rfc3339(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="microseconds").replace("+00:00", "Z")


def fnv1a(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


class Problem(Exception):
    def __init__(self, number, code, message, **data):
        self.error = {"code": number, "message": message, "data": {"code": code, "retry": False, **data}}


def argument(name, type="string", required=False, description="", **more):
    return {"name": name, "type": type, "required": required, "description": description, **more}


def task(name, stages, args=(), proc=1, mem=1, limit=None, description="", available=True, **more):
    return {
        "name": name, "description": description, "stages": list(stages), "proc": proc, "mem": mem, "limit": limit,
        "available": available, "args": list(args), "source": "built-in", **more,
    }


TASKS = [
    task("add_host", ["mk_host_dir", "stats", "bowtie_build", "snap_build", "update_db"], [
        argument("file", "path", True, "FASTA file of the host genome"),
        argument("description", description="The name people use"),
    ], 1, 4, description="Add a host genome to subtract"),
    task("create_sample", ["mk_sample_dir", "trim_reads", "save_trimmed", "fastqc", "parse_fastqc", "clean_watch"], [
        argument("name", required=True, description="The name people use"),
        argument("files", "list", True, "FASTQ files, one or a pair", items="path"),
        argument("subtraction", description="Host whose reads are left out", names="host"),
        argument("remove_raw", "boolean", description="Remove the raw files at the end", default=False),
    ], 2, 2, limit=2, description="Import and trim reads"),
    task("nuvs", ["mk_analysis_dir", "map_viruses", "map_host", "assemble", "process_fasta", "vfam", "import_results"], [
        argument("sample_id", required=True, description="Sample to look into", names="sample"),
        argument("reference", names="reference", default="viruses", description="Known viruses"),
    ], 2, 4, limit=1, description="Look for novel viruses"),
    task("pathoscope_bowtie", ["mk_analysis_dir", "map_viruses", "identify_candidate_viruses", "generate_isolate_fasta",
         "build_isolate_index", "map_isolates", "map_host", "subtract_virus_mapping", "pathoscope", "import_results"], [
        argument("sample_id", required=True, description="Sample to look into", names="sample"),
        argument("sensitivity", enum=["fast", "sensitive", "very-sensitive"], default="sensitive", description="How hard to look"),
        argument("seed", "integer", min=0, max=1000000, default=0, description="Of the random numbers"),
        argument("cutoff", "number", min=0, max=1, description="Least score"),
        argument("options", "object", description="Anything else"),
    ], 2, 4, description="Find known viruses in a sample"),
    task("rebuild_index", ["mk_index_dir", "write_fasta", "bowtie_build", "snap_build", "replace_old"], [], 1, 2,
         description="Rebuild the index of all viruses", available=False, reason="snap-aligner is not installed (Debian package snap-aligner)"),
]


class Job:
    def __init__(self, server, _id, task, args, proc, mem, username, added, pace):
        self.server, self.id, self.task, self.args, self.proc, self.mem = server, _id, task, args, proc, mem
        self.username, self.pace, self.archived, self.version = username, pace, False, 1
        self.status = [{"stage": None, "progress": 0, "error": None, "state": "waiting", "date": rfc3339(added)}]
        self.updated = self.status[0]["date"]
        self.step, self.fraction, self.result, self.log, self.fails = 0, 0.0, None, "", False

    @property
    def state(self):
        return self.status[-1]["state"]

    def minimal(self):
        last = self.status[-1]
        document = {
            "_id": self.id, "_version": self.version, "task": self.task, "proc": self.proc, "mem": self.mem,
            "username": self.username, "archived": self.archived, "added": self.status[0]["date"],
            "state": last["state"], "progress": last["progress"], "stage": last["stage"], "updated": self.updated,
        }
        if last["error"]:
            document["error"] = last["error"]["message"]
        return document

    def enter(self, state, stage=None, error=None, at=None):
        stages = self.server.stages(self.task)
        progress = 1 if state == "complete" else round((self.step + self.fraction) / (len(stages) + 2), 3)
        entry = {"stage": stage, "progress": progress, "error": error, "state": state, "date": rfc3339(at or time.time())}
        last = self.status[-1]
        if (last["state"], last["stage"]) == (state, stage) and not error:
            last["progress"] = progress
        else:
            self.status.append(entry)
        self.version += 1
        self.updated = max(self.updated, entry["date"])
        self.server.changed(self)

    def say(self, text):
        offset = len(self.log.encode())
        self.log += text
        self.server.tell_log(self, offset, text)


class FakeServer:
    """Start with `with FakeServer() as server`; everything public may be called from the test's thread."""

    def __init__(self, *, tasks=None, proc=16, mem=64, token=None, permissions=PERMISSIONS, port=0, pace=0.25, username="igboyes"):
        self.tasks = {each["name"]: dict(each) for each in (TASKS if tasks is None else tasks)}
        self.limit = {"proc": proc, "mem": mem}
        self.token, self.permissions, self.port, self.pace, self.username = token, list(permissions), port, pace, username
        self.jobs, self.seq, self.log = {}, 0, {}  # log: id → (seq, minimal document or None)
        self.epoch = "%016x" % random.getrandbits(64)
        self.connections, self.calls, self.subscriptions = set(), [], []
        self.kept = None  # records by kind; without them this is a server from before there were any
        self.load_delay, self.refuse, self.is_stalled, self.tick_every, self.mute = 0, None, False, 25, set()
        self.log_problem, self.ranges = None, []  # why logs can't be fetched; which parts were
        self.unanswered = {}  # method → after how many calls there is no answer any more

    # The thread and its loop

    def __enter__(self):
        self.loop, ready = asyncio.new_event_loop(), threading.Event()
        self.thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self.thread.start()
        ready.wait(10)
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self._stopped.set)
        self.thread.join(10)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def _run(self, ready):
        self.loop.run_until_complete(self._main(ready))

    async def _main(self, ready):
        self._stopped = asyncio.Event()
        await self._listen()
        ready.set()
        chores = asyncio.create_task(self._chores())
        await self._stopped.wait()
        chores.cancel()
        await self._hang_up()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _listen(self):
        self.server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self.server.sockets[0].getsockname()[1]

    async def _hang_up(self):
        self.server.close()
        for connection in list(self.connections):
            connection.abort()

    def run(self, act):
        """Carries out `act` on the server's own thread and hands back what it returns."""
        async def carry_out():
            value = act()
            return await value if asyncio.iscoroutine(value) else value
        return asyncio.run_coroutine_threadsafe(carry_out(), self.loop).result(30)

    # Misbehaviour, for tests

    def stop(self):
        """As if killed: connections reset, nobody listens."""
        self.run(self._hang_up)

    def start(self):
        self.run(self._listen)

    def close(self, code, reason="", bye=None):
        def act():
            for connection in list(self.connections):
                if bye:
                    connection.push("bye", bye)
                connection.close(code, reason)
        self.run(act)

    def send_raw(self, text):
        self.run(lambda: [connection.send_text(text) for connection in list(self.connections)])

    def tick(self, **wrong):
        self.run(lambda: [connection.tick(**wrong) for connection in list(self.connections)])

    def forget_history(self):
        self.epoch = "%016x" % random.getrandbits(64)

    # Jobs

    def stages(self, task):
        return self.tasks[task]["stages"] if task in self.tasks else []

    def add(self, task="nuvs", *, _id=None, args=None, username="igboyes", age=0, state="waiting", stage=0, fraction=0.4,
            proc=None, mem=None, pace=0, error=None, log="", took=None, fails=False, result=None):
        """A job in any state; `pace` stages a second once it runs, 0 leaves it as it is."""
        return self.run(lambda: self._add(task, _id, args or {}, username, age, state, stage, fraction, proc, mem, pace, error, log, took, fails, result).id)

    def _add(self, task, _id, args, username, age, state, stage, fraction, proc, mem, pace, error, log, took, fails, result=None):
        known, stages, begin = self.tasks[task], self.stages(task), time.time() - age
        _id = _id or "".join(random.choices("0123456789abcdefghijklmnopqrstuvwxyz", k=8))
        job = Job(self, _id, task, args, proc or known["proc"], mem or known["mem"], username, begin, pace)
        job.log, job.fails, self.jobs[_id] = log, fails, job
        self.changed(job)
        if state == "waiting":
            return job
        reached = len(stages) if state == "complete" else stage + 1
        length = (took or age * 0.9) / max(1, reached + 1)
        for index in range(reached):
            job.step, job.fraction = index + 1, 0.0
            job.enter("running", stages[index], at=begin + length * (index + 0.3))
        if state == "running":
            job.fraction = fraction
            job.enter("running", stages[stage], at=begin + length * (stage + 0.3))
        else:
            job.fraction = fraction if state != "complete" else 0
            job.result = result or results.EVERY.get(task) if state == "complete" else None
            job.enter(state, stages[stage] if state != "complete" else None, error, at=begin + length * (reached + 0.6))
        return job

    def change(self, _id, state, **more):
        self.run(lambda: self.jobs[_id].enter(state, more.get("stage"), more.get("error")))

    def append_log(self, _id, text):
        self.run(lambda: self.jobs[_id].say(text))

    def remove(self, _id):
        self.run(lambda: self._remove(_id))

    def _remove(self, _id):
        del self.jobs[_id]
        self._record(_id, None)

    def changed(self, job):
        self._record(job.id, None if job.archived else job.minimal())

    def _record(self, _id, document):
        self.seq += 1
        self.log.pop(_id, None)
        self.log[_id] = (self.seq, document)
        for connection in self.connections:
            connection.wake.set()

    def view(self):
        return {_id: document for _id, (_, document) in self.log.items() if document}

    def tell_log(self, job, offset, text):
        for connection in self.connections:
            if job.id in connection.tails:
                connection.push("jobs.log", {"_id": job.id, "offset": offset, "text": text, "ended": job.state in FINAL})

    def resources(self):
        running = [job for job in self.jobs.values() if job.state in ("running", "cancelling")]
        used = {"proc": sum(job.proc for job in running), "mem": sum(job.mem for job in running)}
        counts = {name: sum(job.task == name for job in running) for name in self.tasks}
        return {"used": used, "limit": self.limit, "task_counts": counts,
                "available": {key: self.limit[key] - used[key] for key in used}}

    def describe(self, name):
        mine = [job for job in self.jobs.values() if job.task == name]
        return {**self.tasks[name], "running": sum(job.state == "running" for job in mine), "waiting": sum(job.state == "waiting" for job in mine)}

    # A very small scheduler, so that something moves

    async def _chores(self):
        last = 0
        while True:
            await asyncio.sleep(0.05)
            for job in [job for job in self.jobs.values() if job.pace]:
                self._advance(job)
            if self.resources() != last:
                last = self.resources()
                for connection in self.connections:
                    connection.push("resources", last)

    def _fits(self, job):
        now = self.resources()
        limit = self.tasks[job.task]["limit"]
        return all(getattr(job, key) <= now["available"][key] for key in ("proc", "mem")) and (limit is None or now["task_counts"][job.task] < limit)

    def _advance(self, job):
        stages = self.stages(job.task)
        if job.state == "waiting" and self._fits(job):
            job.step = 1
            job.enter("running", stages[0])
            job.say(f"{rfc3339(time.time())} {stages[0]}: started\n")
        elif job.state == "running":
            job.fraction += job.pace * 0.05
            if job.fraction < 1:
                job.enter("running", stages[job.step - 1])
                return
            job.fraction = 0.0
            if job.fails and job.step >= len(stages) / 2:
                error = {"cause": "tool_failed", "message": f"{stages[job.step - 1]} exited with code 1", "log": ["reading input", "error: truncated file"]}
                job.enter("error", stages[job.step - 1], error)
            elif job.step == len(stages):
                job.result = results.EVERY.get(job.task)
                job.enter("complete")
            else:
                job.step += 1
                job.enter("running", stages[job.step - 1])
                job.say(f"{rfc3339(time.time())} {stages[job.step - 1]}: started\n")
        elif job.state == "cancelling":
            job.enter("cancelled")

    # HTTP

    async def _accept(self, reader, writer):
        with suppress(asyncio.CancelledError, asyncio.IncompleteReadError, ConnectionError):
            head = await reader.readuntil(b"\r\n\r\n")
            method, target, _ = head.split(b" ", 2)
            path = target.decode().split("?")[0]
            headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in head.decode().split("\r\n")[1:])}
            if path == "/ws":
                await Connection(self, reader, writer).serve(head)
            else:
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                writer.write(self._answer(method.decode(), path, headers, body))
                await writer.drain()
        writer.close()

    def _is_logged_in(self, cookie):
        return self.token is None or "jobsync=yes" in cookie

    def _answer(self, method, path, headers, body):
        if method == "POST" and path == "/login":
            return reply(204, cookie="jobsync=yes; HttpOnly; SameSite=Strict; Path=/") if json.loads(body)["token"] == self.token else reply(401)
        if method == "POST" and path == "/logout":
            return reply(204, cookie="jobsync=; Max-Age=0; Path=/")
        if path == "/session":
            if not self._is_logged_in(headers.get("cookie", "")):
                return reply(401)
            return reply(200, json.dumps({"username": self.username, "permissions": self.permissions, "auth": "token" if self.token else "none"}).encode(), "application/json")
        if found := re.fullmatch(r"/jobs/(\w+)/log", path):
            return self._answer_log(found[1], headers.get("range"))
        folder = UNIT if path.startswith("/unit/") else WEB
        file = folder / path.removeprefix("/unit/").lstrip("/") if path != "/" else WEB / "index.html"
        if not file.is_file():
            return reply(404)
        return reply(200, file.read_bytes(), mimetypes.guess_type(file.name)[0] or "text/plain")

    def _answer_log(self, _id, wanted):
        if self.log_problem:
            return reply(503, json.dumps({"error": self.log_problem}).encode(), "application/json")
        data = self.jobs[_id].log.encode()
        if not wanted:
            return reply(200, data, "application/octet-stream")
        first, last = wanted.removeprefix("bytes=").split("-")
        self.ranges.append((int(first), int(last)))
        return reply(206, data[int(first):int(last) + 1], "application/octet-stream")


def reply(status, body=b"", type="text/plain", cookie=None):
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", f"Content-Type: {type}; charset=utf-8", f"Content-Length: {len(body)}",
             f"Content-Security-Policy: {CSP}", "Cache-Control: no-store", "X-Content-Type-Options: nosniff", "Connection: close"]
    if cookie:
        lines.append(f"Set-Cookie: {cookie}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Connection:
    def __init__(self, server, reader, writer):
        self.server, self.reader, self.writer = server, reader, writer
        self.protocol, self.wake, self.tails = ServerProtocol(subprotocols=["jobsync.v1.json"]), asyncio.Event(), set()
        self.subscription, self.made, self.cursor, self.loading, self.held = None, 0, 0, None, set()

    async def serve(self, head):
        self.protocol.receive_data(head)
        request = next(event for event in self.protocol.events_received() if isinstance(event, Request))
        if not self.server._is_logged_in(request.headers.get("Cookie", "")):
            self.protocol.send_response(self.protocol.reject(401, "log in first"))
            self._flush()
            return
        self.protocol.send_response(self.protocol.accept(request))
        self._flush()
        if self.server.refuse:
            self.close(*self.server.refuse)
            return
        self.server.connections.add(self)
        feeding, ticking = asyncio.create_task(self._feed()), asyncio.create_task(self._tick())
        try:
            await self._listen()
        finally:
            feeding.cancel()
            ticking.cancel()
            self.server.connections.discard(self)

    async def _listen(self):
        while data := await self.reader.read(65536):
            self.protocol.receive_data(data)
            for frame in self.protocol.events_received():
                if frame.opcode == Opcode.TEXT:
                    self._receive(json.loads(frame.data))
                elif frame.opcode in (Opcode.CLOSE, Opcode.PING):
                    self._flush()
                if frame.opcode is Opcode.CLOSE:
                    return
            self._flush()

    def _flush(self):
        for data in self.protocol.data_to_send():
            if data and not self.server.is_stalled:
                self.writer.write(data)

    def send_text(self, text):
        if not self.server.is_stalled and self.protocol.state is State.OPEN:
            self.protocol.send_text(text.encode())
            self._flush()

    def push(self, method, params):
        self.send_text(json.dumps({"jsonrpc": "2.0", "method": method, "params": params}))

    def close(self, code, reason=""):
        self.protocol.send_close(code, reason)
        self._flush()

    def abort(self):
        self.writer.transport.abort()

    # Calls

    def _receive(self, message):
        self.server.calls.append((message["method"], message.get("params", {})))
        if message["method"] in self.server.mute:
            return
        if (left := self.server.unanswered.get(message["method"])) is not None:
            self.server.unanswered[message["method"]] = left - 1
            if left <= 0:
                return
        answer = {"jsonrpc": "2.0", "id": message.get("id")}
        try:
            answer["result"] = getattr(self, "on_" + message["method"].replace(".", "_"))(**message.get("params", {}))
        except Problem as problem:
            answer["error"] = problem.error
        if "id" in message:
            self.send_text(json.dumps(answer))
        if message["method"] == "jobs.subscribe":
            self.wake.set()

    def on_session_authenticate(self, token):
        if token != self.server.token:
            raise Problem(-32001, "unauthenticated", "The token is not known.")
        return {"username": self.server.username, "permissions": self.server.permissions}

    def on_session_whoami(self):
        return {"username": self.server.username, "permissions": self.server.permissions, "epoch": self.server.epoch, "seq": self.server.seq}

    def on_jobs_subscribe(self, filter=None, resume=None, manifest=None, interval=16):
        view = self.server.view()
        self.server.subscriptions.append({"filter": filter, "resume": resume, "manifest": manifest, "interval": interval})
        self.made += 1
        self.subscription, self.cursor = self.made, self.server.seq
        if resume and resume["epoch"] == self.server.epoch:
            mode, since = "delta", resume["seq"]
            newer = [(_id, document) for _id, (seq, document) in self.server.log.items() if seq > since]
            self.loading = [[document for _, document in newer if document], [_id for _id, document in newer if not document]]
        elif manifest is not None:
            mode = "diff"
            self.loading = [[each for each in view.values() if manifest.get(each["_id"]) != each["_version"]], [_id for _id in manifest if _id not in view]]
        else:
            mode, self.loading = "snapshot", [list(view.values()), []]
        return {"subscription": self.subscription, "epoch": self.server.epoch, "seq": self.server.seq, "mode": mode, "count": len(view)}

    def on_jobs_unsubscribe(self, subscription):
        if subscription == self.subscription:
            self.subscription = None
        return True

    async def _feed(self):
        while True:
            await self.wake.wait()
            self.wake.clear()
            if self.subscription is None:
                continue
            if self.loading is not None:
                await self._load()
                self.push("resources", self.server.resources())
            newer = [(_id, document) for _id, (seq, document) in self.server.log.items() if seq > self.cursor]
            self.cursor = self.server.seq
            if newer:
                self._sync(put=[document for _, document in newer if document], del_=[_id for _id, document in newer if not document])
            await asyncio.sleep(0.016)

    async def _load(self):
        (put, gone), self.loading = self.loading, None
        mine = self.subscription
        for first in range(0, len(put), FRAME):
            self._sync(put=put[first:first + FRAME], sync=True)
            await asyncio.sleep(self.server.load_delay)
            if self.subscription != mine:
                return
        self._sync(put=[], del_=gone, sync=False)

    def _sync(self, put=(), del_=(), sync=None):
        params = {"subscription": self.subscription, "seq": self.cursor}
        params |= {} if sync is None else {"sync": sync}
        self.push("jobs.sync", params | ({"put": list(put)} if put else {}) | ({"del": list(del_)} if del_ else {}))

    async def _tick(self):
        while True:
            await asyncio.sleep(self.server.tick_every)
            self.tick()

    def tick(self, **wrong):
        if self.subscription is None:
            return
        view, digest = self.server.view(), 0
        for each in view.values():
            digest ^= fnv1a(f"{each['_id']}:{each['_version']}")
        self.push("tick", {"subscription": self.subscription, "seq": self.server.seq, "count": len(view), "digest": f"{digest:016x}"} | wrong)

    def _job(self, _id):
        if _id not in self.server.jobs:
            raise Problem(-32004, "not_found", f"There is no job {_id}.", _id=_id)
        return self.server.jobs[_id]

    def _many(self, _id, act):
        outcomes = {}
        for each in [_id] if isinstance(_id, str) else _id:
            try:
                outcomes[each] = act(self._job(each))
            except Problem as problem:
                if isinstance(_id, str):
                    raise
                outcomes[each] = problem.error
        return {"jobs": outcomes, "seq": self.server.seq}

    def on_jobs_new(self, task, args=None, proc=None, mem=None, priority=0, job_id=None):
        known = self.server.tasks.get(task)
        if not known:
            raise Problem(-32004, "not_found", f"There is no task {task}.", task=task)
        for each in known["args"]:
            if each["required"] and each["name"] not in (args or {}):
                raise Problem(-32022, "bad_arguments", f"args.{each['name']}: is required", field=f"args.{each['name']}")
            if each["type"] == "path" and ".." in str((args or {}).get(each["name"], "")):
                raise Problem(-32022, "bad_arguments", f"args.{each['name']}: must stay below the data folder", field=f"args.{each['name']}")
        for key, value in (("proc", proc), ("mem", mem)):
            if value and value > self.server.limit[key]:
                raise Problem(-32022, "bad_arguments", f"{key}: {value} is more than the machine's {self.server.limit[key]}", field=key)
        if job_id in self.server.jobs:
            return {"_id": job_id, "_version": self.server.jobs[job_id].version, "seq": self.server.seq, "created": False}
        job = self.server._add(task, job_id, args or {}, self.server.username, 0, "waiting", 0, 0, proc, mem, self.server.pace, None, "", None, False)
        return {"_id": job.id, "_version": job.version, "seq": self.server.seq, "created": True}

    def on_jobs_cancel(self, _id, reason=None):
        def act(job):
            if job.state in FINAL:
                raise Problem(-32010, "bad_state", f"Job {job.id} is {job.state}.", _id=job.id, state=job.state)
            job.pace = job.pace or 1
            job.enter("cancelled" if job.state == "waiting" else "cancelling", job.status[-1]["stage"])
            return job.state
        return self._many(_id, act)

    def on_jobs_archive(self, _id):
        def act(job):
            if job.state not in FINAL:
                raise Problem(-32010, "bad_state", f"Job {job.id} is {job.state}.", _id=job.id, state=job.state)
            job.archived, job.version = True, job.version + 1
            self.server.changed(job)
            return "archived"
        return self._many(_id, act)

    def on_jobs_remove(self, _id):
        def act(job):
            if job.state not in FINAL:
                raise Problem(-32010, "bad_state", f"Job {job.id} is {job.state}.", _id=job.id, state=job.state)
            self.server._remove(job.id)
            return "removed"
        return self._many(_id, act)

    def on_jobs_detail(self, _id):
        job = self._job(_id)
        document = {
            "_id": job.id, "_version": job.version, "task": job.task, "args": job.args, "proc": job.proc, "mem": job.mem, "priority": 0,
            "username": job.username, "archived": job.archived, "added": job.status[0]["date"], "updated": job.updated, "status": job.status,
        }
        if job.result:
            document |= {"result": job.result, "usage": {"cpu_seconds": 312.4, "peak_memory": 1_930_000_000}}
        queue = None
        if job.state == "waiting":
            waiting = sorted((each for each in self.server.jobs.values() if each.state == "waiting"), key=lambda each: each.status[0]["date"])
            free = self.server.resources()["available"]
            short = {key: max(0, getattr(job, key) - free[key]) for key in free}
            limit = self.server.tasks[job.task]["limit"]
            running = self.server.resources()["task_counts"][job.task]
            if limit is not None and running >= limit:
                queue = {"reason": "task_limit", "detail": f"{running} of {limit} {job.task} jobs are running", "running": running, "limit": limit}
            else:
                queue = {"reason": "resources", "detail": f"needs {short['proc']} more core{'s' if short['proc'] != 1 else ''}", "short": short}
            queue |= {"position": waiting.index(job) + 1, "eta": None}
        text = job.log.encode()[-65536:].decode(errors="ignore")
        size = len(job.log.encode())
        outputs = [{"name": "out.sam", "size": 1_284_112}, {"name": "qc/a b#\u00e4.html", "size": 812}] if job.state == "complete" else []
        return {"job": document, "stages": self.server.stages(job.task), "queue": queue, "outputs": outputs,
                "log": {"size": size, "offset": size - len(text.encode()), "text": text}}

    def on_jobs_find(self, filter=None, sort="-added", limit=100, after=None):
        wanted = (filter or {}).get("_id")
        return {"jobs": [job.minimal() for job in self.server.jobs.values() if wanted in (None, job.id)][:limit], "after": None}

    def on_jobs_tail(self, _id, offset=0):
        job = self._job(_id)
        self.tails.add(_id)
        data = job.log.encode()
        start = max(0, len(data) + offset) if offset < 0 else min(offset, len(data))
        return {"_id": _id, "offset": start, "size": len(data), "text": data[start:].decode(), "ended": job.state in FINAL}

    def on_jobs_untail(self, _id):
        self.tails.discard(_id)
        return True

    def on_tasks_list(self):
        return {"tasks": [self.server.describe(name) for name in self.server.tasks], "problems": []}

    on_tasks_reload = on_tasks_list

    def on_data_list(self, kind, after=None):
        if self.server.kept is None:
            raise Problem(-32601, "method_not_found", "There is no method data.list.")
        records = self.server.kept.get(kind, [])
        first = int(after or 0)
        return {"records": records[first:first + PAGE], "after": str(first + PAGE) if first + PAGE < len(records) else None}

    def on_data_show(self, kind, _id):
        for record in (self.server.kept or {}).get(kind, []):
            if record["_id"] == _id:
                return record
        raise Problem(-32004, "not_found", f"There is no {kind} '{_id}'.")

    def on_tasks_limit(self, task, limit):
        self.server.tasks[task]["limit"] = limit
        return self.server.describe(task)

    def on_resources_get(self):
        return self.server.resources()

    def on_resources_limit(self, proc=None, mem=None):
        self.server.limit = {"proc": proc or self.server.limit["proc"], "mem": mem or self.server.limit["mem"]}
        return self.server.resources()
