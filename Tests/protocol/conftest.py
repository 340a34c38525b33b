from __future__ import annotations

import pathlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from jobsync_server import BINARY, VECTORS, Server


@pytest.fixture
def launch(tmp_path: pathlib.Path) -> Iterator[Callable[..., Server]]:
    """Starts servers: `launch("quick.yaml", auth="token")`."""
    if not BINARY.exists():
        pytest.skip(f"NO SERVER TO TEST: there is no {BINARY} (build it, or set JOBSYNC_BIN)")
    servers: list[Server] = []

    def start(*tasks: str, **options: Any) -> Server:
        folder = tmp_path / f"server-{len(servers)}"
        paths = [VECTORS / "tasks" / task for task in tasks]
        servers.append(Server(folder, paths, **options))
        return servers[-1]

    yield start
    for server in servers:
        server.clean_up()
