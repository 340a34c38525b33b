"""The client and the real server."""

from __future__ import annotations

import asyncio
import pathlib
from collections.abc import Callable, Iterator

import pytest

jobsync_server = pytest.importorskip("jobsync_server", reason="needs the whole repository")

from jobsync import (  # noqa: E402
    AsyncClient,
    BadArguments,
    BadState,
    Changed,
    Client,
    Conflict,
    JobFailed,
    Lost,
    NotFound,
    Refused,
    Synced,
    Unauthenticated,
)

Launch = Callable[..., jobsync_server.Server]


@pytest.fixture
def launch(tmp_path: pathlib.Path) -> Iterator[Launch]:
    """Starts servers: `launch("quick.yaml", auth="token")`."""
    if not jobsync_server.BINARY.exists():
        pytest.skip(f"NO SERVER TO TEST: there is no {jobsync_server.BINARY}")
    servers: list[jobsync_server.Server] = []

    def start(*tasks: str, **options: object) -> jobsync_server.Server:
        folder = tmp_path / f"server-{len(servers)}"
        paths = [jobsync_server.VECTORS / "tasks" / task for task in tasks]
        servers.append(jobsync_server.Server(folder, paths, **options))
        return servers[-1]

    yield start
    for server in servers:
        server.clean_up()


def test_three_lines(launch: Launch) -> None:
    server = launch("steps.yaml")
    with Client(server.url) as jobs:
        detail = jobs.run("steps", timeout=120)
    assert detail.state == "complete" and detail.result is None
    assert detail.stages == ("first", "second", "third")
    assert detail.job.progress == 1 and detail.status[0].state == "waiting"
    assert detail.usage is not None and detail.usage["cpu_seconds"] >= 0


def test_what_a_job_keeps(launch: Launch, tmp_path: pathlib.Path) -> None:
    server = launch("keeper.yaml")
    target = tmp_path / "target"
    target.mkdir()
    with Client(server.url) as jobs:
        detail = jobs.run("keeper", job_id="kept", timeout=120)
        assert [(each.name, each.size) for each in detail.outputs] == [
            ("out.txt", 5),
            ("qc/a b.html", 3),
        ]
        assert jobs.output("kept", "out.txt") == b"hello"
        assert jobs.output("kept", "qc/a b.html", target) == target / "a b.html"
        assert (target / "a b.html").read_bytes() == b"<p>"
        large = pathlib.Path(server.data) / "outputs" / "kept" / "large"
        large.write_bytes(bytes(range(256)) * 4000)
        assert jobs.output("kept", "large", target / "copy") == target / "copy"
        assert (target / "copy").read_bytes() == large.read_bytes()
        with pytest.raises(NotFound):
            jobs.output("kept", "none", target / "copy")
        assert (target / "copy").read_bytes() == large.read_bytes()
        assert {each.name for each in target.iterdir()} == {"a b.html", "copy"}


def test_a_job_that_fails(launch: Launch) -> None:
    server = launch("fail.yaml")
    with Client(server.url) as jobs:
        detail = jobs.run("fail", timeout=120)
        assert detail.state == "error" and detail.error is not None
        assert detail.error.cause == "exit"
        assert any("no such genome" in line for line in detail.error.log)
        assert "looking" in detail.log.text
        with pytest.raises(JobFailed):
            _ = detail.result


def test_making_the_same_job_twice(launch: Launch) -> None:
    server = launch("gate.yaml", "typed.yaml")
    with Client(server.url) as jobs:
        assert jobs.new("gate", job_id="once") == jobs.new("gate", job_id="once") == "once"
        with pytest.raises(Conflict):
            jobs.new("gate", job_id="once", proc=2)
        with pytest.raises(BadArguments) as error:
            jobs.new("typed", text="x", count=99)
        assert error.value.data["field"] == "args.count"
        with pytest.raises(NotFound):
            jobs.new("unheard_of")
        assert jobs.cancel("once") == {"once": "cancelling"}
        assert jobs.wait("once", 20).state == "cancelled"
        with pytest.raises(BadState):
            jobs.cancel("once")
        assert jobs.archive("once") == {"once": "archived"}
        assert jobs.wait("once", 20).archived
        assert jobs.remove("once") == {"once": "removed"}
        with pytest.raises(NotFound):
            jobs.wait("once", 20)


def test_a_view_and_a_log(launch: Launch) -> None:
    server = launch("chatter.yaml", "open_gate.yaml")
    with Client(server.url) as jobs:
        jobs.subscribe(task="chatter")
        updates = jobs.updates()
        id = jobs.new("chatter")
        text = jobs.tail(id)
        assert "one" in next(text)
        jobs.new("open_gate", job=id)
        assert "two" in "".join(text)
        states = []
        for update in updates:
            if isinstance(update, Changed):
                states.append(update.job.state)
                if update.job.final:
                    break
        assert states[-1] == "complete" and set(states) <= {"waiting", "running", "complete"}
        assert jobs.jobs[id].state == "complete"
        assert [job.id for job in jobs.find(task="chatter")] == [id]


def test_a_token_is_needed(launch: Launch) -> None:
    server = launch("quick.yaml", auth="token")
    with Client(server.url, token=server.token) as jobs:
        assert jobs.run("quick", timeout=120).state == "complete"
    with pytest.raises((Unauthenticated, Refused)):
        Client(server.url).open()
    with pytest.raises((Unauthenticated, Refused)):
        Client(server.url, token="wrong").open()


def test_jobs_and_views_live_through_a_kill_of_the_server(launch: Launch) -> None:
    server = launch("gate.yaml", "open_gate.yaml")

    async def script() -> None:
        async with asyncio.timeout(120), AsyncClient(server.url) as jobs:
            view = await jobs.subscribe(task="gate")
            updates = view.updates()
            id = await jobs.new("gate")
            while not (isinstance(update := await anext(updates), Changed) and update.job.stage):
                pass
            waiting = asyncio.create_task(jobs.wait(id))
            await asyncio.to_thread(server.kill)
            while not isinstance(update, Lost):
                update = await anext(updates)
            await asyncio.to_thread(server.start)
            while not isinstance(update, Synced):
                update = await anext(updates)
            assert update.mode == "delta" and view.jobs[id].state == "running"
            await jobs.new("open_gate", job=id)
            assert (await waiting).state == "complete"

    asyncio.run(script())


def test_a_restart_in_the_middle_of_making_jobs(launch: Launch) -> None:
    server = launch("quick.yaml")

    async def script() -> None:
        async with asyncio.timeout(120), AsyncClient(server.url) as jobs:
            await jobs.call("tasks.limit", task="quick", limit=0)
            view = await jobs.subscribe()
            made: list[str] = []

            async def make(worker: int) -> None:
                for number in range(100):
                    made.append(await jobs.new("quick", job_id=f"w{worker}-{number}"))

            making = [asyncio.create_task(make(worker)) for worker in range(4)]
            while len(made) < 40:
                await asyncio.sleep(0)
            await asyncio.to_thread(server.stop)
            before = len(made)
            await asyncio.to_thread(server.start)
            await asyncio.gather(*making)
            assert before < 400
            assert len(made) == len(set(made)) == 400
            updates = view.updates()
            while set(view.jobs) != set(made):
                await anext(updates)
            assert {job.version for job in view.jobs.values()} == {0}

    asyncio.run(script())


def test_a_thousand_jobs_in_a_view(launch: Launch) -> None:
    server = launch("quick.yaml")

    async def script() -> None:
        async with asyncio.timeout(120), AsyncClient(server.url) as jobs:
            await jobs.call("tasks.limit", task="quick", limit=0)
            gate = asyncio.Semaphore(50)

            async def make(number: int) -> str:
                async with gate:
                    return await jobs.new("quick", job_id=f"j{number}")

            ids = await asyncio.gather(*(make(number) for number in range(1000)))
            view = await jobs.subscribe()
            assert set(view.jobs) == set(ids)
            outcome = await jobs.cancel(*ids)
            assert set(outcome.values()) == {"cancelled"}
            found = await jobs.find(state="cancelled", limit=None)
            assert len(found) == 1000
            updates = view.updates()
            while any(not job.final for job in view.jobs.values()):
                await anext(updates)

    asyncio.run(script())
