"""The real server as a process, and its wire, for tests and pictures."""

import json
import os
import re
import shutil
import signal
import subprocess
import threading
from pathlib import Path

from websockets.sync.client import connect

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("JOBSYNC_BIN", ROOT / ".build" / "debug" / "jobsync"))
TASKS = Path(__file__).resolve().parent / "tasks"
PATIENCE = 120  # seconds, on any machine; a bound for what waits, never a measure


class CallFailed(Exception):
    def __init__(self, error):
        super().__init__(error["message"])
        self.error = error


class RealServer:
    """`with RealServer(folder) as server`: it listens when the block begins and is gone after it."""

    def __init__(self, folder, *, auth="none", proc=4, mem=8, tasks=TASKS, page=None):
        self.data, self.tasks = Path(folder) / "data", Path(folder) / "tasks"
        shutil.copytree(tasks, self.tasks)
        self.auth, self.proc, self.mem, self.port, self.page = auth, proc, mem, 0, page
        self.process, self.output, self._id = None, [], 0

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        for _id, job in (self.jobs() if self._is_alive() and self.auth == "none" else {}).items():
            if job["state"] in ("waiting", "running"):
                self.call("jobs.cancel", _id=[_id])  # a list: it may have ended by now
        self.stop()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def link(self):
        """The one-time link that logs in."""
        return next(found[0] for line in self.output if (found := re.search(r"http://\S+/login\?link=\S+", line)))

    def start(self):
        command = [BINARY, "serve", "--listen", f"127.0.0.1:{self.port}", "--data", self.data, "--auth", self.auth,
                   "--proc", str(self.proc), "--mem", str(self.mem), "--tasks", self.tasks]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT)
        listening = threading.Event()
        threading.Thread(target=self._read, args=(self.process, listening), daemon=True).start()
        if not listening.wait(PATIENCE) or not self._is_alive():
            self.kill()
            raise RuntimeError("the server did not come to listen:\n" + "\n".join(self.output))

    def _read(self, process, listening):
        for line in process.stdout:
            self.output.append(line.rstrip("\n"))
            if found := re.search(r"listening on http://[^\s]*?:(\d+)", line):
                self.port = int(found[1])
                listening.set()
        listening.set()  # it has ended: nobody need wait for it

    def _is_alive(self):
        return self.process is not None and self.process.poll() is None

    def stop(self):
        if self._is_alive():
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self):
        """kill -9."""
        self.process.kill()
        self.process.wait()

    # The wire

    def call(self, method, **params):
        """One call over a connection of its own."""
        with connect(self.url.replace("http", "ws") + "/ws", subprotocols=["jobsync.v1.json"], proxy=None) as socket:
            socket.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}))
            while (answer := json.loads(socket.recv(timeout=PATIENCE))).get("id") != 1:
                pass
        if "error" in answer:
            raise CallFailed(answer["error"])
        return answer["result"]

    def new(self, task, proc=None, mem=None, **args):
        params = {"task": task, "args": args} | ({"proc": proc} if proc else {}) | ({"mem": mem} if mem else {})
        return self.call("jobs.new", **params)["_id"]

    def jobs(self):
        return {job["_id"]: job for job in self.call("jobs.find", limit=1000)["jobs"]}
