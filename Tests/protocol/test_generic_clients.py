"""JSON-RPC 2.0 client libraries that know nothing of Jobsync can call every method."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import jsonrpc_websocket
import jsonrpcclient
import pytest
from jsonrpc_base import ProtocolError
from websockets.sync.client import ClientConnection

from jobsync_messages import CALLS, check
from jobsync_server import PATIENCE, Server, connect

# Every call once, in an order in which all of them succeed.
SCRIPT: list[tuple[str, dict[str, Any]]] = [
    ("session.whoami", {}),
    ("rpc.discover", {}),
    ("tasks.list", {}),
    ("tasks.reload", {}),
    ("tasks.limit", {"task": "quick", "limit": 0}),
    ("resources.get", {}),
    ("resources.limit", {"proc": 3}),
    ("jobs.subscribe", {"filter": {"task": "quick"}}),
    ("jobs.new", {"task": "quick", "job_id": "generic"}),
    ("jobs.detail", {"_id": "generic"}),
    ("jobs.tail", {"_id": "generic"}),
    ("jobs.untail", {"_id": "generic"}),
    ("jobs.find", {"limit": 10}),
    ("jobs.cancel", {"_id": ["generic"]}),
    ("jobs.archive", {"_id": "generic"}),
    ("jobs.remove", {"_id": "generic"}),
    ("jobs.unsubscribe", {"subscription": 1}),
    ("connections.list", {}),
    ("servers.list", {}),
    (
        "data.import",
        {
            "_id": "viruses",
            "viruses": [
                {
                    "_id": "v1",
                    "name": "Tobacco mosaic virus",
                    "isolates": [{"isolate_id": "i1", "default": True}],
                }
            ],
            "sequences": [{"_id": "NC_1", "isolate_id": "i1", "sequence": "ACGT"}],
            "done": True,
        },
    ),
    ("data.list", {"kind": "reference"}),
    ("data.show", {"kind": "reference", "_id": "viruses"}),
    ("data.findings", {"format": "tsv"}),
    ("data.remove", {"kind": "reference", "_id": "viruses"}),
]


def test_the_script_has_every_call() -> None:
    # A job that waits has kept nothing that could be read, and has found nothing.
    others = {"session.authenticate", "jobs.output", "data.export"}
    assert {name for name, _ in SCRIPT} | others == set(CALLS)


def exchange(socket: ClientConnection, text: str) -> Any:
    """The transport that jsonrpcclient leaves to us: send, and wait for what is no push."""
    socket.send(text)
    while True:
        message = json.loads(socket.recv(timeout=PATIENCE))
        if isinstance(message, list) or "method" not in message:
            return message


def test_jsonrpcclient(launch: Callable[..., Server]) -> None:
    server = launch("quick.yaml")
    with connect(server.socket) as socket:
        for method, params in SCRIPT:
            answer = exchange(socket, jsonrpcclient.request_json(method, params or None))
            parsed = jsonrpcclient.parse(answer)
            assert isinstance(parsed, jsonrpcclient.Ok), (method, parsed)
            check(f"{method}.result", parsed.result)
        for method, params in (
            ("jobs.detail", {"_id": "nobody"}),
            ("jobs.output", {"_id": "nobody", "name": "out.sam"}),
        ):
            request = jsonrpcclient.request_json(method, params)
            refused = jsonrpcclient.parse(exchange(socket, request))
            assert isinstance(refused, jsonrpcclient.Error)
            assert (refused.code, refused.data["code"]) == (-32004, "not_found")
        batch = [jsonrpcclient.request_uuid("session.whoami") for _ in range(3)]
        answers = jsonrpcclient.parse(exchange(socket, json.dumps(batch)))
        assert sorted(a.id for a in answers) == sorted(r["id"] for r in batch)
        socket.send(jsonrpcclient.notification_json("jobs.new", {"task": "quick"}))


def test_jsonrpcclient_logs_in(launch: Callable[..., Server]) -> None:
    server = launch("quick.yaml", auth="token")
    with connect(server.socket) as socket:
        login = jsonrpcclient.request_json("session.authenticate", {"token": server.token})
        parsed = jsonrpcclient.parse(exchange(socket, login))
        assert isinstance(parsed, jsonrpcclient.Ok)
        check("session.authenticate.result", parsed.result)


def test_jsonrpc_websocket(launch: Callable[..., Server]) -> None:
    """A whole client with a socket of its own, which also hears pushes."""
    asyncio.run(_jsonrpc_websocket(launch("quick.yaml")))


async def _jsonrpc_websocket(server: Server) -> None:
    client = jsonrpc_websocket.Server(server.socket, timeout=PATIENCE)
    heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    client.jobs.sync = lambda **frame: heard.put_nowait(frame)
    client.resources = client.tick = lambda **_: None
    await client.ws_connect()
    try:
        for method, params in SCRIPT:
            proxy = client
            for part in method.split("."):
                proxy = getattr(proxy, part)
            check(f"{method}.result", await proxy(**params))
            if method == "jobs.new":
                # Before the rest, or the push may skip what is over by then.
                async with asyncio.timeout(10):
                    assert [job["_id"] async for job in _documents(heard)] == ["generic"]
        with pytest.raises(ProtocolError) as error:
            await client.jobs.detail(_id="nobody")
        assert error.value.args[0] == -32004
    finally:
        await client.close()


async def _documents(heard: asyncio.Queue[dict[str, Any]]) -> Any:
    while True:
        frame = await heard.get()
        for job in frame["put"]:
            yield job
        if frame["put"]:
            return
