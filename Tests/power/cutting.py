"""Cuts the power of a server again and again, and checks what it has promised."""

from __future__ import annotations

import contextlib
import pathlib
import random
import shutil
import time
from collections.abc import Callable

from websockets.exceptions import InvalidStatus, WebSocketException

from client import Busy, Caller
from disk import Disk
from jobsync_server import Server
from promises import Promises

TASK = pathlib.Path(__file__).parent / "tasks/marking.yaml"
SETTLING = 120.0


class Broken(Exception):
    """A promise that did not survive a cut."""


class PowerLoss:
    """A server on a disk that loses what was not synchronized."""

    def __init__(self, scratch: pathlib.Path, *, seed: int, ignore: str = "") -> None:
        self.scratch = scratch
        self.seed = seed
        self.chance = random.Random(seed)
        self.marks = scratch / "marks"
        self.marks.mkdir()
        self.promises = Promises(self.marks)
        data = scratch / "data"
        data.mkdir()
        letters = self.chance.choices("ACGT", k=2000)
        (data / "genome.fa").write_text(">chr1\n" + "".join(letters) + "\n")
        self.disk = Disk(data, scratch, ignore)
        self.server = Server(
            scratch, [TASK], auth="token", proc=8, environment=self.disk.environment
        )

    @property
    def tally(self) -> str:
        """How much was promised."""
        promises = self.promises
        return (
            f"{len(promises.accepted)} jobs accepted, {len(promises.ended)} ends seen, "
            f"{promises.own_ends_known} known from journals alone, "
            f"{len(promises.records)} records, limit {promises.limit_answered}"
        )

    def run(self, cuts: int, hosts_every: int, tell: Callable[[str], None]) -> None:
        """Cut so often; raise what is broken."""
        for number in range(cuts):
            began = time.monotonic()
            # The first shows what becomes of a folder that was just made.
            strict = number == 0 or self.chance.random() < 0.5
            hosts = number % hosts_every == hosts_every - 1
            kind = self._use_and_cut(number, strict=strict, hosts=hosts)
            self._start(number)
            self._check(number)
            tell(
                f"cut {number + 1} of {cuts}: {kind}, "
                f"{'strict' if strict else 'lenient'} disk, {time.monotonic() - began:.1f} s"
            )
        self._settle(cuts)

    def clean_up(self) -> None:
        """End everything that was started here."""
        with contextlib.suppress(Exception):
            self.server.kill()
        # With it goes whatever still uses the disk.
        if self.disk.folder.exists():
            self.disk.cut(random.Random(0), strict=True)
        shutil.rmtree(self.scratch, ignore_errors=True)

    def _use_and_cut(self, number: int, *, strict: bool, hosts: bool) -> str:
        before = self._done()
        busy = Busy(self.server, self.promises, f"{self.seed}-{number}", hosts=hosts)
        busy.start()
        time.sleep(self.chance.random() * (1.5 if hosts else 0.6))
        alone = self.chance.random() < 0.3
        if alone:
            # Workers that end without a server have only their journal to tell.
            self.server.kill()
            busy.join()
            self._let_workers_end()
            cancelled = self.promises.tried_to_cancel
            self.promises.own_end |= self._done() - before - cancelled
        self.disk.cut(self.chance, strict=strict)
        self.server.process.wait()
        busy.join()
        return "after the server's end" if alone else "while all lived"

    def _let_workers_end(self) -> None:
        end = time.monotonic() + SETTLING
        while self.disk.programs() and time.monotonic() < end:
            time.sleep(0.02)

    def _done(self) -> set[str]:
        """Jobs whose last stage has left its mark."""
        return {path.name for path in self.marks.iterdir() if "end" in path.read_text().split()}

    def _start(self, number: int) -> None:
        try:
            self.server.start()
        except RuntimeError as error:
            raise Broken(f"after cut {number + 1} the server did not start: {error}") from None

    def _check(self, number: int) -> None:
        try:
            call = Caller(self.server)
        except InvalidStatus as refusal:
            raise Broken(f"after cut {number + 1} the token is no longer good") from refusal
        try:
            end = time.monotonic() + SETTLING
            while self.promises.are_pending(call) and time.monotonic() < end:
                time.sleep(0.05)
            if broken := self.promises.broken(self.server.data, call):
                raise Broken(f"after cut {number + 1}: " + "; ".join(broken[:5]))
            if self.promises.own_end:
                raise Broken(f"after cut {number + 1}: ends in journals were never taken in")
        finally:
            call.close()
        if twice := self.promises.ran_twice():
            raise Broken(f"after cut {number + 1}: " + "; ".join(twice[:5]))

    def _settle(self, cuts: int) -> None:
        call = Caller(self.server)
        end = time.monotonic() + SETTLING
        with contextlib.suppress(WebSocketException):
            while not self.promises.settled(call):
                if time.monotonic() > end:
                    raise Broken("jobs that were accepted never ended")
                time.sleep(0.1)
        call.close()
        self._check(cuts)
