from __future__ import annotations

import pathlib
from collections.abc import Callable, Iterator

import pytest

from jobsync_server import BINARY, VECTORS, Server


@pytest.fixture
def launch(tmp_path: pathlib.Path) -> Iterator[Callable[..., Server]]:
    """Starts servers: `launch("quick.yaml", auth="token")`."""
    if not BINARY.exists():
        pytest.skip(f"NO SERVER TO TEST: there is no {BINARY} (build it, or set JOBSYNC_BIN)")
    servers: list[Server] = []

    def start(
        *tasks: str, auth: str = "none", proc: int = 4, mem: int = 8, compression: str = "off"
    ) -> Server:
        folder = tmp_path / f"server-{len(servers)}"
        paths = [VECTORS / "tasks" / task for task in tasks]
        server = Server(folder, paths, auth=auth, proc=proc, mem=mem, compression=compression)
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.clean_up()
