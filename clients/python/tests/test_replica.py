"""The view without a socket: whatever the frames, it ends as the server's set of jobs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from toy import digest, document

from jobsync import Changed, Job, Removed, Replica, Synced
from jobsync.views import Updates

EPOCH = "e"


def answer(mode: str, seq: int = 1, epoch: str = EPOCH) -> dict[str, Any]:
    return {"subscription": 1, "epoch": epoch, "seq": seq, "mode": mode, "count": 0}


def frame(seq: int, put: Any = (), gone: Any = (), sync: bool | None = None) -> dict[str, Any]:
    more = {} if sync is None else {"sync": sync}
    return {"subscription": 1, "seq": seq, **more, "put": list(put), "del": list(gone)}


def test_the_digests_of_the_prose() -> None:
    replica = Replica()
    replica.answered(answer("snapshot"))
    assert replica.digest == "0000000000000000"
    replica.feed(frame(1, [document("f41e8c", _version=7)], sync=False))
    assert replica.digest == "4b15f83d089a21ff"
    replica.feed(frame(2, [document("a3")]))
    assert replica.digest == "2dc7afbe019ab6f3"
    replica.feed(frame(3, gone=["f41e8c", "never-seen"]))
    assert replica.digest == digest([document("a3")])


def test_a_snapshot_replaces_the_jobs_when_it_is_complete() -> None:
    replica = Replica()
    replica.answered(answer("snapshot"))
    replica.feed(frame(1, [document("a"), document("b")], sync=False))
    replica.lost()
    replica.answered(answer("snapshot", epoch="another"))
    assert replica.feed(frame(9, [document("b", progress=0.5)], sync=True)) == []
    assert set(replica.jobs) == {"a", "b"} and not replica.live
    updates = replica.feed(frame(9, [document("c")], sync=False))
    assert [type(update) for update in updates] == [Removed, Changed, Changed, Synced]
    assert updates[-1] == Synced(2, "snapshot")
    assert set(replica.jobs) == {"b", "c"} and (replica.epoch, replica.seq) == ("another", 9)


def test_half_a_snapshot_is_nothing() -> None:
    replica = Replica()
    replica.answered(answer("snapshot"))
    replica.feed(frame(5, [document("a")], sync=False))
    replica.answered(answer("snapshot"))
    replica.feed(frame(8, [document("z")], sync=True))
    replica.lost()
    assert set(replica.jobs) == {"a"}
    assert replica.position(EPOCH)["resume"] == {"epoch": EPOCH, "seq": 5}


def test_half_a_difference_is_no_position_but_a_manifest() -> None:
    replica = Replica()
    replica.answered(answer("snapshot"))
    replica.feed(frame(5, [document("a")], sync=False))
    replica.answered(answer("diff"))
    replica.feed(frame(8, [document("a", _version=3)], sync=True))
    replica.lost()
    assert replica.position(EPOCH) == {"manifest": {"a": 3}}


def test_a_position_of_another_epoch_is_not_used() -> None:
    replica = Replica()
    replica.answered(answer("snapshot"))
    replica.feed(frame(5, [document("a")], sync=False))
    assert replica.position("another") == {}
    assert replica.position(EPOCH, manifest=False) == {"resume": {"epoch": EPOCH, "seq": 5}}
    assert not replica.answered(answer("diff", epoch="another"))
    assert replica.position(EPOCH) == replica.position("another") == {}


def test_a_bad_tick_leads_to_the_manifest_and_then_to_a_snapshot() -> None:
    replica = Replica()
    replica.answered(answer("snapshot"))
    replica.feed(frame(5, [document("a")], sync=False))
    bad = {"subscription": 1, "seq": 6, "count": 1, "digest": "0" * 16}
    assert not replica.agrees(bad)
    replica.doubt()
    assert replica.position(EPOCH) == {"manifest": {"a": 1}}
    replica.answered(answer("diff"))
    replica.feed(frame(6, sync=False))
    assert not replica.agrees(bad)
    replica.doubt()
    assert replica.position(EPOCH) == {}
    replica.answered(answer("snapshot"))
    replica.feed(frame(6, [document("a")], sync=False))
    assert replica.agrees({**bad, "digest": digest([document("a")])})
    assert replica.seq == 6 and "manifest" in replica.position(EPOCH)


def test_frames_are_in_order_so_a_new_job_of_an_old_id_replaces_it() -> None:
    replica = Replica()
    replica.answered(answer("snapshot"))
    replica.feed(frame(5, [document("a", _version=7, state="complete")], sync=False))
    # Removed and made anew; the log keeps only the newest change of each id.
    replica.feed(frame(8, [document("a", _version=1)]))
    assert replica.jobs["a"].version == 1
    assert replica.digest == digest([document("a")])


def test_unknown_fields_survive() -> None:
    job = Job.from_wire(document("a", colour="green"))
    assert job.extra == {"colour": "green"} and not job.final


class TheServer(RuleBasedStateMachine):
    """A server that keeps the newest change of each job, and a client that comes and goes."""

    def __init__(self) -> None:
        super().__init__()
        self.seq = 0
        self.jobs: dict[str, dict[str, Any]] = {}
        self.newest: dict[str, int] = {}
        self.versions: dict[str, int] = {}
        self.horizon = 0
        self.replica = Replica()
        self.seen: dict[str, Job] = {}
        self.late = Updates()
        self.cursor: int | None = None  # None: not connected

    @rule(id=st.sampled_from("abcde"), state=st.sampled_from(["waiting", "running", "error"]))
    def change(self, id: str, state: str) -> None:
        self.seq += 1
        self.versions[id] = self.versions.get(id, 0) + 1
        self.jobs[id] = document(id, _version=self.versions[id], state=state)
        self.newest[id] = self.seq

    @rule(id=st.sampled_from("abcde"))
    def remove(self, id: str) -> None:
        if self.jobs.pop(id, None):
            # A later job of this id goes on counting: of two jobs with the same id and version
            # a manifest could not say which one it means.
            self.seq += 1
            self.newest[id] = self.seq

    @rule()
    def forget_tombstones(self) -> None:
        # Not beyond what a connected client has still to read.
        self.horizon = self.seq if self.cursor is None else self.cursor
        newest = self.newest.items()
        self.newest = {id: seq for id, seq in newest if id in self.jobs or seq > self.horizon}

    @rule(manifest=st.booleans(), broken=st.integers(0, 6))
    def connect(self, manifest: bool, broken: int) -> None:
        """Load, and perhaps lose the connection before the frame number `broken`."""
        self.replica.lost()
        params = self.replica.position(EPOCH, manifest=manifest)
        resume, held = params.get("resume"), params.get("manifest")
        if resume and resume["seq"] >= self.horizon:
            mode, entries = "delta", self._entries(resume["seq"])
        elif held is not None:
            mode = "diff"
            entries = [
                (job, id) for id, job in self.jobs.items() if held.get(id) != job["_version"]
            ]
            entries += [(None, id) for id in held if id not in self.jobs]
        else:
            mode, entries = "snapshot", [(job, id) for id, job in self.jobs.items()]
        assert self.replica.answered(answer(mode, self.seq))
        frames = [frame(self.seq, *_split(job, id), sync=True) for job, id in entries]
        for one in [*frames, frame(self.seq, sync=False)][: broken or None]:
            self._feed(one)
        self.cursor = self.seq if self.replica.live else None
        if not self.replica.live:
            self.replica.lost()

    @rule()
    def flush(self) -> None:
        if self.cursor is not None and self.cursor < self.seq:
            entries = self._entries(self.cursor)
            put = [job for job, _ in entries if job]
            self._feed(frame(self.seq, put, [id for job, id in entries if not job]))
            self.cursor = self.seq

    @rule()
    def disconnect(self) -> None:
        self.replica.lost()
        self.cursor = None

    def _entries(self, after: int) -> list[tuple[dict[str, Any] | None, str]]:
        return [(self.jobs.get(id), id) for id, seq in self.newest.items() if seq > after]

    def _feed(self, one: dict[str, Any]) -> None:
        for update in self.replica.feed(one):
            self.late.put(update)
            match update:
                case Changed(job=job, previous=previous):
                    assert self.seen.get(job.id) == previous
                    self.seen[job.id] = job
                case Removed(id=id, previous=previous):
                    assert self.seen.pop(id) == previous

    @invariant()
    def the_updates_tell_everything(self) -> None:
        assert self.seen == dict(self.replica.jobs)

    @invariant()
    def a_live_view_is_true(self) -> None:
        if self.cursor == self.seq:
            assert dict(self.replica.jobs) == {
                id: Job.from_wire(job) for id, job in self.jobs.items()
            }
            assert self.replica.digest == digest(self.jobs.values())
            assert self.replica.seq == self.seq

    @invariant()
    def a_slow_reader_costs_no_more_than_the_jobs(self) -> None:
        assert len(self.late) <= len(self.replica.jobs) + 1


def _split(job: dict[str, Any] | None, id: str) -> tuple[list[dict[str, Any]], list[str]]:
    return ([job], []) if job else ([], [id])


TestTheServer = TheServer.TestCase

STEPS = st.lists(st.tuples(st.sampled_from("abc"), st.one_of(st.none(), st.integers(1, 3))))


@given(before=STEPS, after=STEPS)
def test_merged_updates_lead_to_the_same_end(before: Any, after: Any) -> None:
    """A reader that skips what was in between ends with the same jobs."""
    jobs: dict[str, Job] = {}
    held: dict[str, Job] = {}
    updates = Updates()

    def apply(steps: Any) -> None:
        for id, version in steps:
            previous = jobs.get(id)
            if version is not None:
                jobs[id] = Job.from_wire(document(id, _version=version))
                updates.put(Changed(jobs[id], previous))
            elif previous is not None:
                del jobs[id]
                updates.put(Removed(id, previous))

    def drain() -> None:
        while len(updates):
            try:
                updates.__anext__().send(None)
            except StopIteration as stop:
                match stop.value:
                    case Changed(job=job, previous=previous):
                        assert held.get(job.id) == previous
                        held[job.id] = job
                    case Removed(id=id, previous=previous):
                        assert held.pop(id) == previous

    apply(before)
    drain()
    assert held == jobs
    apply(after)
    assert len(updates) <= 3
    drain()
    assert held == jobs


def test_updates_end_after_what_is_left() -> None:
    updates = Updates()
    updates.put(Synced(0, "snapshot"))
    updates.end(None)
    with pytest.raises(StopIteration):
        updates.__anext__().send(None)
    with pytest.raises(StopAsyncIteration):
        updates.__anext__().send(None)
