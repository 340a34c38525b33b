"""A folder whose file system never answers, as one on a server that went away."""

from __future__ import annotations

import ctypes
import os
import pathlib
from types import TracebackType

import pytest

_LIBC = ctypes.CDLL(None, use_errno=True)
_DETACH = 2


class HungFolder:
    """Mounts nothing but silence over a folder: whoever touches it waits until this is closed."""

    def __init__(self, path: pathlib.Path) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self.path = path

    def __enter__(self) -> HungFolder:
        try:
            self.device = os.open("/dev/fuse", os.O_RDWR)
        except OSError as error:
            pytest.skip(f"no FUSE here: {error}")
        options = f"fd={self.device},rootmode=40000,user_id=0,group_id=0".encode()
        if _LIBC.mount(b"hung", bytes(self.path), b"fuse", 0, options) != 0:
            error = os.strerror(ctypes.get_errno())
            os.close(self.device)
            pytest.skip(f"FUSE cannot be mounted here: {error}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self.device)
        _LIBC.umount2(bytes(self.path), _DETACH)
