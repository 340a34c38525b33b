"""A data folder on a disk that loses what was not synchronized when the power goes."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import pathlib
import random
import shutil
import signal
import subprocess
from dataclasses import dataclass

SOURCE = pathlib.Path(__file__).with_name("power_loss.c")
BLOCK = 4096


@dataclass(frozen=True)
class Entry:
    """A name in a folder, as it is on the disk."""

    kind: str
    key: str
    mode: int
    name: str
    leads: str


class Disk:
    """The disk of one folder; programs with its environment know no other."""

    def __init__(self, folder: pathlib.Path, scratch: pathlib.Path, ignore: str = "") -> None:
        self.folder = folder.resolve()
        self.kept = scratch / "disk"
        self.library = scratch / "power_loss.so"
        # Swift's own, where there is no other.
        compiler = shutil.which("cc") or shutil.which("clang") or "cc"
        options = ["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O1", "-shared", "-fPIC"]
        subprocess.run([compiler, *options, "-o", self.library, SOURCE], check=True)
        self.shim = ctypes.CDLL(str(self.library))
        self.environment = {
            "LD_PRELOAD": str(self.library),
            "POWER_LOSS_FOLDER": str(self.folder),
            "POWER_LOSS_DISK": str(self.kept),
            "POWER_LOSS_IGNORE": ignore,
        }
        self.folder.mkdir(parents=True, exist_ok=True)
        self.seal()

    def seal(self) -> None:
        """Let all that is in the folder now be on the disk, as after a long time without a word."""
        shutil.rmtree(self.kept, ignore_errors=True)
        for name in ("files", "folders"):
            (self.kept / name).mkdir(parents=True)
        self._keep(self.folder)
        for path in self.folder.rglob("*"):
            if not path.is_symlink() and (path.is_dir() or path.is_file()):
                self._keep(path)

    def cut(self, chance: random.Random, *, strict: bool) -> None:
        """Take the power away: end all programs, and leave in the folder what was on the disk.

        A strict disk holds only what was synchronized. Another one may hold more, as chance has it:
        files as they were last, or with some of their newest blocks and not others, and names.
        """
        with (self.kept / "lock").open("w") as lock:
            # Nothing more reaches the disk from now on, nor does anybody hear that it had.
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._end_everyone()
        restored = self.folder.with_name(self.folder.name + "-restored")
        newest = {} if strict else self._newest_contents()
        if strict or chance.random() < 0.5:
            restored.mkdir()
            self._restore(self._key(self.folder), restored, chance, newest)
        else:
            shutil.copytree(self.folder, restored, symlinks=True, copy_function=shutil.copy)
            for path in self.folder.rglob("*"):
                if path.is_file() and not path.is_symlink():
                    target = restored / path.relative_to(self.folder)
                    target.write_bytes(self._content(self._key(path), chance, newest))
        shutil.rmtree(self.folder)
        restored.rename(self.folder)
        self.seal()

    def programs(self) -> list[int]:
        """The programs that use the disk."""
        mark = f"POWER_LOSS_DISK={self.kept}".encode()
        found = []
        for process in pathlib.Path("/proc").iterdir():
            if process.name.isdigit():
                with contextlib.suppress(OSError):
                    if mark in (process / "environ").read_bytes().split(b"\0"):
                        found.append(int(process.name))
        return found

    def _end_everyone(self) -> None:
        # Those that were just started are found in the next round.
        while pids := self.programs():
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            for pid in pids:
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)

    def _restore(
        self,
        key: str,
        target: pathlib.Path,
        chance: random.Random,
        newest: dict[str, bytes],
    ) -> None:
        for entry in self._names(key):
            path = target / entry.name
            if entry.kind == "d":
                path.mkdir()
                self._restore(entry.key, path, chance, newest)
            elif entry.kind == "l":
                path.symlink_to(entry.leads)
            elif entry.kind == "f":
                path.write_bytes(self._content(entry.key, chance, newest))
            if entry.kind in "df":
                path.chmod(entry.mode)

    def _names(self, key: str) -> list[Entry]:
        path = self.kept / "folders" / key
        if not path.exists():
            return []
        fields = [os.fsdecode(field) for field in path.read_bytes().split(b"\0")[:-1]]
        return [
            Entry(kind, key, int(mode, 8), name, leads)
            for kind, key, mode, name, leads in zip(*[iter(fields)] * 5, strict=True)
        ]

    def _content(self, key: str, chance: random.Random, newest: dict[str, bytes]) -> bytes:
        path = self.kept / "files" / key
        durable = path.read_bytes() if path.exists() else b""
        latest = newest.get(key)
        if latest is None or latest == durable:
            return durable
        match chance.randrange(3):
            case 0:
                return durable
            case 1:
                return latest
            case _:
                return _mix(durable, latest, chance)

    def _newest_contents(self) -> dict[str, bytes]:
        return {
            self._key(path): path.read_bytes()
            for path in self.folder.rglob("*")
            if path.is_file() and not path.is_symlink()
        }

    def _keep(self, path: pathlib.Path) -> None:
        if self.shim.power_loss_keep(os.fsencode(self.kept), os.fsencode(path)):
            raise OSError(f"{path} cannot be kept")

    def _key(self, path: pathlib.Path) -> str:
        key = ctypes.create_string_buffer(64)
        if self.shim.power_loss_key(os.fsencode(path), key) < 0:
            raise OSError(f"{path} has no key")
        return key.value.decode()


def _mix(durable: bytes, latest: bytes, chance: random.Random) -> bytes:
    """Some blocks as they were synchronized, and some as they were last written."""
    size = len(chance.choice([durable, latest]))
    mixed = bytearray()
    for start in range(0, size, BLOCK):
        end = min(size, start + BLOCK)
        source = chance.choice([durable, latest])
        mixed += source[start:end].ljust(end - start, b"\0")
    return bytes(mixed)
