"""A server that was started for one attack, with bystanders, gauges and what it promised."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import random
import resource
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from bystanders import PATIENCE, Bystander
from gauges import Gauges, family
from jobsync_server import VECTORS, Server
from outcome import Outcome

FINAL = {"complete", "error", "cancelled"}
TASKS = pathlib.Path(__file__).parent / "tasks"
SETTLING = 120.0
"""Seconds in which everything that was accepted must have ended after the attack."""


class Skipped(Exception):
    """The machine lacks what the attack needs."""


class Arena:
    """What an attack works with."""

    def __init__(
        self, folder: pathlib.Path, outcome: Outcome, *, seed: int, small: bool, **options: Any
    ) -> None:
        self.folder = folder
        self.outcome = outcome
        self.small = small
        self.random = random.Random(f"{outcome.name}/{seed}")
        self.outage = threading.Event()
        self.accepted: set[str] = set()
        self.may_fail: set[str] = set()
        self.closing = contextlib.ExitStack()
        names = options.pop("tasks", ())
        paths = [VECTORS / "tasks/quick.yaml", *(TASKS / name for name in names)]
        self.server = Server(folder, paths, **options)
        self.gauges = Gauges(lambda: self.server.process.pid)
        self.bystanders = [
            Bystander(self.server, "session.whoami", lambda _: {}, self.outage, 0.05),
            Bystander(self.server, "jobs.new", self._bystanders_job, self.outage, 0.25),
        ]

    @staticmethod
    def _bystanders_job(number: int) -> dict[str, Any]:
        return {"task": "quick", "job_id": f"bystander-{number}"}

    # What attacks do.

    def count(self, full: int, small: int) -> int:
        """How many, in the full and in the small form."""
        return small if self.small else full

    def lose(self, text: str) -> None:
        """Say what was lost: the attack has won."""
        self.outcome.losses.append(text)

    def note(self, text: str) -> None:
        """Say something that people should read and that is no loss."""
        self.outcome.notes.append(text)

    def connect(self, **options: Any) -> ClientConnection:
        """A connection that is logged in, closed at the attack's end."""
        headers = {"Authorization": f"Bearer {self.server.token}"} if self.server.token else {}
        defaults: dict[str, Any] = {
            "additional_headers": headers,
            "proxy": None,
            "max_size": None,
            "close_timeout": 0.2,
            "open_timeout": PATIENCE,
        }
        return self.closing.enter_context(connect(self.server.socket, **(defaults | options)))

    def call(self, socket: ClientConnection, method: str, **params: Any) -> Any:
        """Make a call; return its result, or raise its error."""
        answer = self.answer(socket, method, params)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]

    def answer(self, socket: ClientConnection, method: str, params: Any) -> dict[str, Any]:
        """Make a call; return its whole answer."""
        socket.send(json.dumps({"jsonrpc": "2.0", "id": "a", "method": method, "params": params}))
        end = time.monotonic() + PATIENCE
        while True:
            message = json.loads(socket.recv(timeout=max(0.0, end - time.monotonic())))
            if isinstance(message, dict) and message.get("id") == "a":
                return message

    def batches(
        self, socket: ClientConnection, method: str, params: Iterable[dict[str, Any]]
    ) -> Iterator[dict[str, Any]]:
        """Make many calls, 100 at a time, and go on more slowly where that is asked for."""
        waiting = list(params)
        while waiting:
            some, waiting = waiting[:100], waiting[100:]
            calls = [
                {"jsonrpc": "2.0", "id": number, "method": method, "params": each}
                for number, each in enumerate(some)
            ]
            socket.send(json.dumps(calls))
            again = []
            message: Any = None
            while not isinstance(message, list):
                message = json.loads(socket.recv(timeout=PATIENCE))
            for one in message:
                if one.get("error", {}).get("data", {}).get("code") == "rate_limited":
                    again.append(some[one["id"]])
                else:
                    yield one
            if again:
                waiting = again + waiting
                time.sleep(0.1)

    def make_jobs(self, socket: ClientConnection, jobs: Iterable[dict[str, Any]]) -> list[str]:
        """Make jobs; those that were accepted must not be lost."""
        made = []
        for answer in self.batches(socket, "jobs.new", jobs):
            if "error" in answer:
                raise RuntimeError(f"jobs.new: {answer['error']}")
            made.append(answer["result"]["_id"])
        self.accepted.update(made)
        return made

    def states(self, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """The jobs of these ids, as far as there are any."""
        found: dict[str, dict[str, Any]] = {}
        remaining = sorted(ids)
        with self._short_connection() as socket:
            while remaining:
                some, remaining = remaining[:500], remaining[500:]
                params = {"filter": {"_id": some}, "limit": 1000}
                found |= {j["_id"]: j for j in self.call(socket, "jobs.find", **params)["jobs"]}
        return found

    def wait_until(self, check: Callable[[], Any], seconds: float = 30.0) -> bool:
        """Ask again and again; False if it never came true."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with contextlib.suppress(OSError, WebSocketException, RuntimeError):
                if check():
                    return True
            time.sleep(0.05)
        return False

    def wait_for_ends(self, ids: Iterable[str], seconds: float = SETTLING) -> bool:
        """Wait until these jobs are over."""
        wanted = set(ids)
        return self.wait_until(
            lambda: all(job["state"] in FINAL for job in self.states(wanted).values()),
            seconds,
        )

    @contextlib.contextmanager
    def stopped(self) -> Iterator[pathlib.Path]:
        """Kill the server, do something to its data folder, and start it again."""
        self.outage.set()
        self.server.kill()
        yield self.server.data
        try:
            self.server.start()
        except RuntimeError as error:
            said = str(error).strip().splitlines()
            raise ServerDied(f"the server did not start again: {said[-1]}") from None
        self.outage.clear()

    def health(self) -> str:
        """What `/healthz` says, in one line."""
        answer = self.server.http("GET", "/healthz")
        return f"{answer.status} {answer.read().decode(errors='replace').strip()}"

    def workers_of(self, id: str) -> list[int]:
        """The worker of a job, as long as it lives."""
        run = str(self.server.data / "runs" / id).encode()
        found = []
        for pid in family(str(self.server.data)):
            with contextlib.suppress(OSError), open(f"/proc/{pid}/cmdline", "rb") as file:
                words = file.read().split(b"\0")
                if run in words and words[0].endswith(b"jobsync-worker"):
                    found.append(pid)
        return found

    # What is measured and checked.

    def judge(self, attack: Callable[[Arena], None]) -> None:
        """Let it happen, and write down what others felt."""
        self.gauges.start()
        for bystander in self.bystanders:
            bystander.start()
        began = time.monotonic()
        try:
            attack(self)
            self._check_jobs()
        except Skipped as reason:
            self.outcome.skipped = str(reason)
        except ServerDied as death:
            self.lose(str(death))
        except Exception as error:
            if not self._is_dying():
                self.lose(f"a client that behaves met {type(error).__name__}: {error}")
        finally:
            self.outcome.seconds = time.monotonic() - began
            self._look_back()
            self.clean_up()

    def _is_alive(self) -> bool:
        return self.server.process.poll() is None

    def _is_dying(self) -> bool:
        # Its end is seen on its sockets a little before it is one.
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.server.process.wait(timeout=2)
        return not self._is_alive()

    def _last_words(self) -> str:
        """What the server said of its death, if it did."""
        for number, line in enumerate(self.server.said):
            if "atal error" in line or "ssertion" in line:
                return ": " + line.strip()
            if "crashed" in line.lower():
                # Swift's own account of it: the functions that were at work.
                frames = [text.strip() for text in self.server.said[number:] if " in " in text]
                return ": " + line.strip() + "; ".join(["", *frames[:6]])
        return ""

    def _look_back(self) -> None:
        if not self._is_alive():
            code = self.server.process.returncode
            how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
            if not any("did not start" in loss for loss in self.outcome.losses):
                self.outcome.losses.insert(0, f"the server died: {how}{self._last_words()}")
            self.outage.set()
        for bystander in self.bystanders:
            bystander.stop()
        if self._is_alive() and not self.outcome.skipped:
            for bystander in self.bystanders:
                self.outcome.losses += bystander.complaints
        self.gauges.stop()
        whoami, new = self.bystanders
        self.outcome.whoami, self.outcome.new = whoami.slowest, new.slowest
        self.outcome.memory = self.gauges.growth
        self.outcome.descriptors = self.gauges.descriptors
        self.outcome.processor = self.gauges.seconds

    def _check_jobs(self) -> None:
        """Nothing accepted is lost, and all has ended well that was not meant to fail."""
        with self.closing:
            pass
        self.bystanders[1].stop()
        own = {result["_id"] for result in self.bystanders[1].results}
        everyone = own | self.accepted
        self.outcome.jobs = len(everyone)
        self.wait_until(lambda: set(self.states(own | self.accepted)) >= everyone, 5)
        ended = self.wait_for_ends(own, 60 if self.small else SETTLING)
        jobs = self.states(everyone)
        lost = everyone - set(jobs)
        if lost:
            self.lose(f"{len(lost)} accepted jobs are gone, such as {min(lost)}")
        failed = [
            job for id, job in jobs.items() if job["state"] == "error" and id not in self.may_fail
        ]
        if failed:
            self.lose(
                f"{len(failed)} of {len(everyone)} jobs ended in error, such as "
                f"{failed[0]['_id']}: {failed[0].get('error')}"
            )
        if not ended:
            waiting = [id for id in own if jobs.get(id, {}).get("state") not in FINAL]
            self.lose(f"{len(waiting)} of the bystanders' jobs never ended")

    @contextlib.contextmanager
    def _short_connection(self) -> Iterator[ClientConnection]:
        headers = {"Authorization": f"Bearer {self.server.token}"} if self.server.token else {}
        with connect(
            self.server.socket,
            additional_headers=headers,
            proxy=None,
            max_size=None,
            open_timeout=PATIENCE,
            close_timeout=0.2,
        ) as socket:
            yield socket

    def clean_up(self) -> None:
        """End everything that was started here."""
        with contextlib.suppress(OSError, WebSocketException, RuntimeError):
            self.closing.close()
        if self._is_alive():
            self.server.kill()
        for pid in family(str(self.folder)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


class ServerDied(Exception):
    """The server is gone and does not come back."""


def need_descriptors(count: int) -> None:
    """Let this process hold so many sockets and files, or be a reason to skip."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < count + 200:
        raise Skipped(f"this process may hold {hard} descriptors, and the attack needs {count}")
    if soft != resource.RLIM_INFINITY and soft < count + 200:
        resource.setrlimit(resource.RLIMIT_NOFILE, (count + 200, hard))


def run_quietly(command: Sequence[str | pathlib.Path]) -> None:
    """Run a program of the system; what it cannot do is a reason to skip."""
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        why = getattr(error, "stderr", None) or error
        raise Skipped(f"{command[0]}: {str(why).strip()}") from None
