"""The client against a server that breaks, lies and goes away."""

from __future__ import annotations

import asyncio
import functools
import gc
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
from toy import Fault, Toy

import jobsync.link
from jobsync import (
    AsyncClient,
    BadState,
    CallError,
    Changed,
    Client,
    ConnectionLost,
    JobFailed,
    JobsyncError,
    Lost,
    NotFound,
    Refused,
    Removed,
    Synced,
    Unauthenticated,
)
from jobsync.link import pause, socket_address


def asynchronous(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Run a test in a loop of its own, for half a minute at most."""

    @functools.wraps(test)
    def run(*args: Any, **more: Any) -> None:
        async def bounded() -> None:
            async with asyncio.timeout(120):
                await test(*args, **more)

        asyncio.run(bounded())

    return run


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for milliseconds where the client would wait for seconds."""
    monkeypatch.setattr(jobsync.link, "SHORTEST_WAIT", 0.005)
    monkeypatch.setattr(jobsync.link, "LONGEST_WAIT", 0.05)


@asynccontextmanager
async def both(**more: Any) -> AsyncIterator[tuple[Toy, AsyncClient]]:
    async with Toy() as toy, AsyncClient(toy.url, **more) as client:
        yield toy, client


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that has no event of its own."""
    while not condition():
        await asyncio.sleep(0.001)


# Addresses and waiting


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://127.0.0.1:9950", "ws://127.0.0.1:9950/ws"),
        ("http://127.0.0.1:9950/", "ws://127.0.0.1:9950/ws"),
        ("https://lab.example/jobs/", "wss://lab.example/jobs/ws"),
        ("ws://host:1/ws", "ws://host:1/ws"),
        ("host:9950", "ws://host:9950/ws"),
        ("http://[::1]:9950", "ws://[::1]:9950/ws"),
    ],
)
def test_addresses(url: str, address: str) -> None:
    assert socket_address(url) == address


@pytest.mark.parametrize("url", ["ftp://host", "http://", ""])
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(ValueError, match="no address"):
        socket_address(url)


def test_pauses_grow_to_a_limit_and_honour_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert all(0.25 <= pause(0, None) <= 0.5 for _ in range(100))
    assert all(0.25 <= pause(50, None) <= 20.25 for _ in range(100))
    assert max(pause(50, None) for _ in range(200)) > 10
    assert all(3 <= pause(0, 3.0) <= 3.25 for _ in range(100))


# Calls


@asynchronous
async def test_calls_and_errors() -> None:
    async with both() as (toy, client):
        assert (await client.call("session.whoami"))["epoch"] == "epoch-1"
        with pytest.raises(NotFound) as error:
            await client.detail("nobody")
        assert error.value.code == "not_found" and error.value.number == -32004
        assert error.value.data["_id"] == "nobody" and not error.value.retry
        await toy.put("a", state="running")
        outcome = await client.cancel("a", "nobody", reason="enough")
        assert outcome["a"] == "cancelled" and isinstance(outcome["nobody"], NotFound)
        assert toy.calls[-1][1]["reason"] == "enough"
        assert await client.cancel() == {}
        toy.faults["jobs.archive"] = [Fault(-32010, "bad_state", _id="a", state="running")]
        with pytest.raises(BadState):
            await client.archive("a")


@asynchronous
async def test_a_call_under_way_at_a_break_may_have_run() -> None:
    async with both() as (toy, client):
        toy.mute.add("jobs.cancel")
        await toy.put("a")
        call = asyncio.create_task(client.cancel("a"))
        await until(lambda: toy.jobs["a"]["state"] == "cancelled")
        toy.drop()
        with pytest.raises(ConnectionLost, match="may or may not have run") as error:
            await call
        assert error.value.sent


@asynchronous
async def test_new_is_repeated_and_makes_one_job() -> None:
    async with both() as (toy, client):
        toy.mute.add("jobs.new")
        making = asyncio.create_task(client.new("toy", colour="green"))
        await until(lambda: len(toy.jobs) == 1)
        toy.mute.clear()
        toy.drop()
        id = await making
        assert list(toy.jobs) == [id] and len([c for c in toy.calls if c[0] == "jobs.new"]) == 2
        assert toy.jobs[id]["args"] == {"colour": "green"}


@asynchronous
async def test_new_waits_as_told_and_gives_up_in_time() -> None:
    async with both() as (toy, client):
        busy = functools.partial(Fault, -32029, "rate_limited", retry=True, after=1)
        toy.faults["jobs.new"] = [busy(), busy()]
        assert await client.new("toy", job_id="mine") == "mine"
        toy.faults["jobs.new"] = [Fault(-32053, "unavailable", task="toy")]
        with pytest.raises(CallError):
            await client.new("toy")
        toy.deaf.add("jobs.new")
        with pytest.raises(TimeoutError):
            await client.new("toy", timeout=0.05)


@asynchronous
async def test_a_call_waits_for_the_connection() -> None:
    async with both() as (toy, client):
        await toy.stop()
        await until(lambda: not client.connected)
        call = asyncio.create_task(client.call("session.whoami"))
        await asyncio.sleep(0)
        await toy.start()
        assert (await call)["protocol"] == 1


@asynchronous
async def test_find_pages() -> None:
    async with both() as (toy, client):
        for number in range(25):
            await toy.put(f"j{number:02}")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("jobsync.aio.PAGE", 10)
            assert len(await client.find(limit=None)) == 25
            assert len(await client.find(limit=12)) == 12
        assert [job.id for job in await client.find(id=["j03", "nobody"])] == ["j03"]
        assert await client.find(state="error") == []


# Logging in, and being refused


@asynchronous
async def test_tokens() -> None:
    async with Toy(token="secret") as toy:
        async with AsyncClient(toy.url, token="secret") as client:
            assert client.connected
        with pytest.raises(Refused, match="that token is not known") as refused:
            await AsyncClient(toy.url, token="wrong").open()
        assert refused.value.code == 401
        with pytest.raises(Unauthenticated):
            await AsyncClient(toy.url).open()


@asynchronous
async def test_defaults_come_from_the_environment() -> None:
    async with Toy(token="secret") as toy:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("JOBSYNC_URL", toy.url)
            patch.setenv("JOBSYNC_TOKEN", "secret")
            async with AsyncClient() as client:
                assert client.connected


@asynchronous
async def test_nobody_there() -> None:
    async with Toy() as toy:
        await toy.stop()
        with pytest.raises(ConnectionLost):
            await AsyncClient(toy.url).open()
        opening = asyncio.create_task(AsyncClient(toy.url, patient=True).open())
        await asyncio.sleep(0.02)
        assert not opening.done()
        opening.cancel()
        await asyncio.gather(opening, return_exceptions=True)
        await toy.start()


@asynchronous
async def test_a_final_close_code_ends_everything() -> None:
    async with both() as (toy, client):
        view = await client.subscribe()
        updates = view.updates()
        await toy.put("a", state="running")
        waiting = asyncio.create_task(client.wait("a"))
        await until(lambda: any("_id" in p.get("filter", {}) for _, p in toy.calls))
        await toy.close(4502, "you may not")
        with pytest.raises(Refused, match="you may not"):
            await waiting
        with pytest.raises(Refused):
            async for _ in updates:
                pass
        with pytest.raises(Refused):
            await client.call("session.whoami")
        with pytest.raises(Refused):
            await client.subscribe()
        assert not client.connected


@asynchronous
async def test_the_server_says_when_to_come_back() -> None:
    async with both() as (toy, client):
        paused: list[float | None] = []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("jobsync.link.pause", lambda n, after: paused.append(after) or 0.0)
            await toy.push("bye", code=4001, reason="going down", after=7)
            await toy.close(4001, "going down")
            await until(lambda: client.connected and len(toy.peers) == 1 and len(paused) == 1)
            await toy.close(1012, "restart; after=9")
            await until(lambda: client.connected and len(paused) == 2)
        assert paused == [0.007, 0.009]


# Views


@asynchronous
async def test_a_view_follows() -> None:
    async with both() as (toy, client):
        with pytest.raises(JobsyncError, match="subscribe"):
            _ = client.jobs
        await toy.put("a")
        await toy.put("b", state="running", progress=0.5)
        view = await client.subscribe(state=["waiting", "running"], interval=50)
        assert set(client.jobs) == {"a", "b"} and view.live
        assert toy.calls[-1][1]["interval"] == 50
        updates = client.updates()
        seq = await toy.put("a", state="complete", progress=1)
        await view.reached(seq)
        assert isinstance(update := await anext(updates), Removed) and update.id == "a"
        await toy.put("b", progress=0.6)
        match await anext(updates):
            case Changed(job=job, previous=previous):
                assert previous and (job.progress, previous.progress) == (0.6, 0.5)
            case other:
                pytest.fail(f"{other}")
        await view.close()
        await until(lambda: not toy.peers[0].filters)
        assert [u async for u in updates] == []


@asynchronous
async def test_a_view_resumes_after_a_break() -> None:
    async with both() as (toy, client):
        for id in "abc":
            await toy.put(id)
        view = await client.subscribe()
        updates = view.updates()
        toy.drop()
        await until(lambda: not toy.peers)
        await toy.put("a", state="running")
        await toy.delete("b")
        await toy.put("d")
        seen = [await anext(updates) for _ in range(5)]
        kinds = {type(update) for update in seen}
        assert kinds == {Lost, Synced, Changed, Removed} or kinds == {Synced, Changed, Removed}
        assert set(view.jobs) == {"a", "c", "d"} and toy.modes == ["snapshot", "delta"]


@asynchronous
async def test_a_view_comes_back_with_its_manifest() -> None:
    async with both() as (toy, client):
        for id in "abc":
            await toy.put(id)
        view = await client.subscribe()
        toy.drop()
        await until(lambda: not toy.peers)
        await toy.delete("b")
        toy.horizon = toy.seq
        await until(lambda: view.live and set(view.jobs) == {"a", "c"})
        assert toy.modes == ["snapshot", "diff"]


@asynchronous
async def test_another_history_begins_with_a_snapshot() -> None:
    async with both() as (toy, client):
        await toy.put("a", state="running")
        view = await client.subscribe()
        toy.restore()
        toy.jobs["a"]["state"] = "error"  # the same version, but another history
        toy.drop()
        await until(lambda: view.live and view.jobs["a"].state == "error")
        assert toy.modes == ["snapshot", "snapshot"]


@asynchronous
async def test_a_load_in_pieces_that_breaks_is_loaded_again() -> None:
    async with both() as (toy, client):
        toy.split = 2
        for number in range(9):
            await toy.put(f"j{number}")
        toy.mute.add("jobs.subscribe")
        opening = asyncio.create_task(client.subscribe())
        await until(lambda: len(toy.modes) == 1)
        toy.mute.clear()
        toy.drop()
        view = await opening
        assert len(view.jobs) == 9 and toy.modes == ["snapshot"] * 2


@asynchronous
async def test_a_lost_frame_is_found_at_the_tick() -> None:
    async with both() as (toy, client):
        await toy.put("a")
        view = await client.subscribe()
        toy.lose = 1
        seq = await toy.put("a", state="running")
        await toy.tick()
        await view.reached(seq)
        await until(lambda: view.jobs["a"].state == "running")
        assert toy.modes == ["snapshot", "diff"]
        await toy.tick()
        await until(lambda: len(toy.peers[0].filters) == 1)
        assert toy.modes == ["snapshot", "diff"]


@asynchronous
async def test_a_good_tick_moves_the_position() -> None:
    async with both() as (toy, client):
        view = await client.subscribe(task="other")
        toy.seq += 5
        await toy.tick()
        await view.reached(toy.seq)


@asynchronous
async def test_a_refused_subscription_is_an_error() -> None:
    async with both() as (toy, client):
        toy.faults["jobs.subscribe"] = [Fault(-32602, "invalid_params", field="filter.state")]
        with pytest.raises(CallError) as error:
            await client.subscribe(state="sleeping")
        assert error.value.data["field"] == "filter.state"
        toy.faults["jobs.subscribe"] = [Fault(-32029, "rate_limited", retry=True, after=1)]
        assert (await client.subscribe()).live


@asynchronous
async def test_a_slow_reader_skips_but_misses_nothing() -> None:
    async with both() as (toy, client):
        view = await client.subscribe()
        updates = view.updates()
        for number in range(300):
            seq = await toy.put(f"j{number % 3}", progress=number / 1000)
        await view.reached(seq)
        assert len(updates) == 3
        assert {(await anext(updates)).job.progress for _ in range(3)} == {0.297, 0.298, 0.299}


@asynchronous
async def test_updates_that_nobody_reads_are_forgotten() -> None:
    async with both() as (_, client):
        view = await client.subscribe()
        updates = view.updates()
        assert len(view._readers) == 1
        del updates
        gc.collect()
        assert len(view._readers) == 0


# Waiting for jobs


@asynchronous
async def test_run() -> None:
    async with both() as (toy, client):
        running = asyncio.create_task(client.run("toy", {"timeout": 3}, job_id="mine", proc=2))
        await until(lambda: "mine" in toy.jobs)
        made = next(params for method, params in toy.calls if method == "jobs.new")
        assert made["proc"] == 2 and made["args"] == {"timeout": 3}
        await toy.put("mine", state="running", stage="only", progress=0.5)
        await toy.put("mine", state="complete", progress=1, result={"sequences": 8})
        detail = await running
        assert detail.result == {"sequences": 8} and detail.state == "complete"


@asynchronous
async def test_a_failed_job_is_a_value_and_its_result_an_error() -> None:
    async with both() as (toy, client):
        running = asyncio.create_task(client.run("toy", job_id="mine"))
        await until(lambda: "mine" in toy.jobs)
        await toy.put("mine", state="error", error="no such genome")
        detail = await running
        assert detail.state == "error" and detail.error and detail.output is None
        assert detail.error.message == "no such genome"
        with pytest.raises(JobFailed, match="mine is error: no such genome") as failed:
            _ = detail.result
        assert failed.value.detail is detail


@asynchronous
async def test_many_waits_share_one_subscription() -> None:
    async with both() as (toy, client):
        ids = [f"j{number}" for number in range(40)]
        for id in ids:
            await toy.put(id, state="running")
        waits = [asyncio.create_task(client.wait(id)) for id in ids]
        await until(lambda: len(toy.modes) >= 1 and bool(toy.peers[0].filters))
        assert len(toy.modes) == 1
        for id in ids:
            await toy.put(id, state="complete", progress=1)
        assert [job.id for job in await asyncio.gather(*waits)] == ids
        await until(lambda: not toy.peers[0].filters)


@asynchronous
async def test_waits_that_begin_one_after_the_other() -> None:
    async with both() as (toy, client):
        for id in "abc":
            await toy.put(id, state="running")
        first = asyncio.create_task(client.wait("a"))
        await until(lambda: bool(toy.peers[0].filters))
        second = asyncio.create_task(client.wait("b"))
        await until(lambda: any(len(f["_id"]) == 2 for f in toy.peers[0].filters.values()))
        await toy.put("b", state="cancelled")
        assert (await second).state == "cancelled" and not first.done()
        again = asyncio.create_task(client.wait("b"))
        assert (await again).state == "cancelled"
        await toy.put("a", state="complete", progress=1)
        assert (await first).state == "complete"


@asynchronous
async def test_waiting_survives_a_break() -> None:
    async with both() as (toy, client):
        await toy.put("a", state="running")
        waiting = asyncio.create_task(client.wait("a"))
        await until(lambda: bool(toy.peers[0].filters))
        toy.drop()
        await until(lambda: not toy.peers)
        await toy.put("a", state="complete", progress=1)
        assert (await waiting).final


@asynchronous
async def test_waiting_for_what_is_over_archived_removed_or_never_was() -> None:
    async with both() as (toy, client):
        await toy.put("over", state="complete", progress=1)
        assert (await client.wait("over")).state == "complete"
        await toy.put("archived", state="error", archived=True)
        assert (await client.wait("archived")).archived
        with pytest.raises(NotFound):
            await client.wait("nobody")
        await toy.put("gone", state="running")
        waiting = asyncio.create_task(client.wait("gone"))
        await until(lambda: bool(toy.peers[0].filters))
        await toy.delete("gone")
        with pytest.raises(NotFound):
            await waiting
        with pytest.raises(ValueError, match="no id"):
            await client.wait("not an id")


@asynchronous
async def test_a_wait_that_is_given_up() -> None:
    async with both() as (toy, client):
        await toy.put("a", state="running")
        with pytest.raises(TimeoutError):
            await client.wait("a", timeout=0.05)
        await until(lambda: not toy.peers[0].filters)
        await toy.put("a", state="complete", progress=1)
        assert (await client.wait("a")).final


# Logs


@asynchronous
async def test_tail_goes_on_where_it_was() -> None:
    async with both() as (toy, client):
        await toy.put("a", state="running")
        await toy.log("a", "one é\n")
        tail = client.tail("a")
        assert await anext(tail) == "one é\n"
        await toy.log("a", "two\n")
        assert await anext(tail) == "two\n"
        toy.drop()
        await until(lambda: not toy.peers)
        await toy.log("a", "three\n")
        assert await anext(tail) == "three\n"
        await toy.log("a", "four\n", ended=True)
        assert [text async for text in tail] == ["four\n"]
        await toy.put("a", state="complete", progress=1)
        assert [text async for text in client.tail("a", offset=-5)] == ["four\n"]


@asynchronous
async def test_tail_of_nothing() -> None:
    async with both() as (_, client):
        with pytest.raises(NotFound):
            await anext(client.tail("nobody"))


@asynchronous
async def test_one_tail_for_a_job() -> None:
    async with both() as (toy, client):
        await toy.put("a", state="running")
        await toy.log("a", "x\n")
        first = client.tail("a")
        await anext(first)
        with pytest.raises(JobsyncError, match="already"):
            await anext(client.tail("a"))
        await first.aclose()
        await until(lambda: not toy.peers[0].tails)


@asynchronous
async def test_a_slow_reader_of_a_log_stops_the_flow() -> None:
    async with both() as (toy, client):
        await toy.put("a", state="running")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("jobsync.tail.MOST_BUFFERED", 1000)
            await toy.log("a", "start\n")
            tail = client.tail("a")
            text = await anext(tail)
            for number in range(50):
                await toy.log("a", f"{number:99}\n")
            await until(lambda: not toy.peers[0].tails)
            while len(text) < len(toy.logs["a"]):
                text += await anext(tail)
            assert text == toy.logs["a"]


# The blocking client


@asynchronous
async def test_the_blocking_client() -> None:
    async with Toy() as toy:
        loop = asyncio.get_running_loop()

        def on_toy(work: Coroutine[Any, Any, Any]) -> Any:
            return asyncio.run_coroutine_threadsafe(work, loop).result(10)

        def script() -> None:
            with Client(toy.url) as jobs:
                assert jobs.connected and jobs.call("session.whoami")["protocol"] == 1
                id = jobs.new("toy", colour="green")
                view = jobs.subscribe()
                assert set(jobs.jobs) == set(view.jobs) == {id} and view.live
                updates = view.updates()
                seq = on_toy(toy.put(id, state="running"))
                view.reached(seq, 10)
                update = next(updates)
                assert isinstance(update, Changed) and update.job.state == "running"
                on_toy(toy.log(id, "hello\n"))
                lines = jobs.tail(id)
                assert next(lines) == "hello\n"
                on_toy(toy.log(id, "bye\n", ended=True))
                assert list(lines) == ["bye\n"]
                on_toy(toy.put(id, state="complete", progress=1, result=7))
                assert jobs.wait(id, 10).final and jobs.detail(id).result == 7
                assert [job.id for job in jobs.find(state="complete")] == [id]
                assert jobs.cancel(id) == {id: "cancelled"}
                with pytest.raises(NotFound):
                    jobs.detail("nobody")
                with pytest.raises(TimeoutError):
                    on_toy(toy.put("slow", state="running"))
                    jobs.wait("slow", 0.05)
                view.close()
            with pytest.raises(JobsyncError, match="not open"):
                jobs.call("session.whoami")
            jobs.close()
            with jobs:
                assert jobs.connected

        await asyncio.to_thread(script)


def test_the_blocking_client_without_a_server() -> None:
    client = Client("http://127.0.0.1:1")
    with pytest.raises(ConnectionLost):
        client.open()
    assert not client.connected
