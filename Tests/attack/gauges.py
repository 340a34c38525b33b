"""Measures what a server's process takes, from outside."""

from __future__ import annotations

import contextlib
import os
import pathlib
import threading
from collections.abc import Callable
from dataclasses import dataclass

PAGE = os.sysconf("SC_PAGE_SIZE")
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Reading:
    """What a process holds at one moment."""

    memory: int
    descriptors: int
    seconds: float

    @staticmethod
    def of(pid: int) -> Reading | None:
        """Read it; None if the process is gone."""
        process = pathlib.Path(f"/proc/{pid}")
        try:
            memory = int((process / "statm").read_text().split()[1]) * PAGE
            descriptors = len(os.listdir(process / "fd"))
            # The program's name stands in brackets and may hold spaces.
            fields = (process / "stat").read_text().rpartition(")")[2].split()
            return Reading(memory, descriptors, (int(fields[11]) + int(fields[12])) / TICKS)
        except (OSError, IndexError):
            return None


class Gauges:
    """The greatest memory and number of descriptors of a process, and all its processor time.

    A server may be started anew meanwhile: `pid` is asked every time.
    """

    def __init__(self, pid: Callable[[], int]) -> None:
        self.pid = pid
        self.first: Reading | None = None
        self.memory = self.descriptors = 0
        self.seconds = 0.0
        self._last: tuple[int, float] | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def start(self) -> None:
        """Begin with what the process has now."""
        self.first = Reading.of(self.pid())
        if self.first:
            self._last = (self.pid(), self.first.seconds)
        self._thread.start()

    def stop(self) -> None:
        """Take a last reading."""
        self._over.set()
        self._thread.join()
        self._read()

    @property
    def growth(self) -> int:
        """Bytes of memory by which it had grown at most."""
        return max(0, self.memory - (self.first.memory if self.first else 0))

    def _watch(self) -> None:
        while not self._over.wait(0.1):
            self._read()

    def _read(self) -> None:
        pid = self.pid()
        reading = Reading.of(pid)
        if reading is None:
            return
        self.memory = max(self.memory, reading.memory)
        self.descriptors = max(self.descriptors, reading.descriptors)
        before = self._last[1] if self._last and self._last[0] == pid else 0.0
        self.seconds += max(0.0, reading.seconds - before)
        self._last = (pid, reading.seconds)


def family(mark: str) -> list[int]:
    """The processes that have a text, such as a scratch folder, in their environment or command."""
    wanted = mark.encode()
    found = []
    for process in pathlib.Path("/proc").iterdir():
        if not process.name.isdigit() or int(process.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            texts = [(process / name).read_bytes() for name in ("environ", "cmdline")]
            if any(wanted in text for text in texts):
                found.append(int(process.name))
    return found
