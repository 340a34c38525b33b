"""What /metrics tells, read by Prometheus' own parser."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket as sockets
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from websockets.sync.client import ClientConnection

from jobsync_messages import CALLS, check_answer
from jobsync_server import PATIENCE, ROOT, Server, connect

Launch = Callable[..., Server]


class Scrape:
    """The metrics of one moment."""

    def __init__(self, server: Server) -> None:
        answer = server.http("GET", "/metrics")
        assert answer.status == 200
        assert answer.getheader("Content-Type") == "text/plain; version=0.0.4; charset=utf-8"
        self.text = answer.read().decode()
        self.families = list(text_string_to_metric_families(self.text))
        self.samples = [sample for family in self.families for sample in family.samples]

    def all(self, name: str, **labels: str) -> list[float]:
        """The values of the samples that have these labels and perhaps others."""
        samples = (sample for sample in self.samples if sample.name == name)
        return [sample.value for sample in samples if labels.items() <= sample.labels.items()]

    def value(self, name: str, **labels: str) -> float:
        """The sum of such samples; 0 where nothing was counted yet."""
        return sum(self.all(name, **labels))


def call(socket: ClientConnection, method: str, params: dict[str, Any]) -> dict[str, Any]:
    """Make a call and return its whole answer; pushes on the way are left out."""
    socket.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}))
    while True:
        message = json.loads(socket.recv(timeout=PATIENCE))
        if "method" not in message:
            check_answer(method, message)
            return dict(message)


def until(server: Server, name: str, count: float) -> Scrape:
    """Scrape until a metric has come so far."""
    end = time.monotonic() + PATIENCE
    while (scrape := Scrape(server)).value(name) < count:
        assert time.monotonic() < end, f"{name} is {scrape.value(name)}, not {count}"
    return scrape


def frame_size(message: str) -> int:
    """The bytes of a server's frame with this message."""
    count = len(message.encode())
    return count + (2 if count < 126 else 4 if count < 1 << 16 else 10)


def run_jobs(server: Server, socket: ClientConnection, count: int) -> int:
    """Run jobs to their end, and count the documents that the subscriber is sent on the way."""
    call(socket, "jobs.subscribe", {})
    documents = 0
    complete: set[str] = set()
    for number in range(count):
        request = {"task": "quick", "job_id": f"run{number}"}
        socket.send(json.dumps({"jsonrpc": "2.0", "method": "jobs.new", "params": request}))
    while len(complete) < count:
        message = json.loads(socket.recv(timeout=PATIENCE))
        if message.get("method") == "jobs.sync":
            documents += len(message["params"]["put"])
            complete |= {j["_id"] for j in message["params"]["put"] if j["state"] == "complete"}
    return documents


def check_histogram(family: Metric) -> None:
    """Fail unless the buckets add up."""
    groups: dict[tuple[tuple[str, str], ...], dict[str, Any]] = {}
    for sample in family.samples:
        labels = {name: value for name, value in sample.labels.items() if name != "le"}
        group = groups.setdefault(tuple(sorted(labels.items())), {"buckets": []})
        if sample.name.endswith("_bucket"):
            group["buckets"].append((float(sample.labels["le"]), sample.value))
        else:
            group[sample.name.removeprefix(family.name)] = sample.value
    for group in groups.values():
        bounds = [bound for bound, _ in group["buckets"]]
        counts = [count for _, count in group["buckets"]]
        assert bounds == sorted(set(bounds)) and bounds[-1] == float("inf")
        assert counts == sorted(counts) and counts[-1] == group["_count"]
        # Each duration is at least as long as the bound below its bucket.
        steps = zip([0.0, *bounds], counts, [0.0, *counts], strict=False)
        least = sum(bound * (count - before) for bound, count, before in steps)
        assert group["_sum"] >= least * 0.999


def test_every_family_is_described(launch: Launch) -> None:
    server = launch("quick.yaml")
    with connect(server.socket) as socket:
        run_jobs(server, socket, 3)
        scrape = Scrape(server)
    names = [family.name for family in scrape.families]
    assert len(names) == len(set(names))
    assert {"jobsync_connections", "jobsync_calls", "jobsync_store_commit_seconds"} <= set(names)
    keys = [(sample.name, tuple(sorted(sample.labels.items()))) for sample in scrape.samples]
    assert len(keys) == len(set(keys))
    for family in scrape.families:
        assert family.documentation.endswith("."), family.name
        assert family.type in ("counter", "gauge", "histogram"), family.name
        assert f"# HELP {family.name}" in scrape.text
        if family.type == "histogram":
            assert family.samples and family.name.endswith("_seconds")
            check_histogram(family)
        elif family.type == "counter":
            assert f"# TYPE {family.name}_total counter" in scrape.text
            assert all(sample.value >= 0 for sample in family.samples)


def test_the_table_of_metrics_is_complete(launch: Launch) -> None:
    table = re.findall(r"^\| `(\w+)` \| (\w+) \|", (ROOT / "docs/metrics.md").read_text(), re.M)
    told = re.findall(r"^# TYPE (\w+) (\w+)$", Scrape(launch()).text, re.M)
    assert sorted(table) == sorted(told)


def test_calls_are_counted_and_timed(launch: Launch) -> None:
    server = launch("quick.yaml")
    with connect(server.socket) as socket:
        for _ in range(3):
            call(socket, "session.whoami", {})
        for _ in range(2):
            assert "error" in call(socket, "jobs.detail", {"_id": "nobody"})
        socket.send("this is no JSON")
        assert json.loads(socket.recv(timeout=PATIENCE))["error"]["code"] == -32700
        scrape = Scrape(server)
    assert scrape.value("jobsync_calls_total", method="session.whoami") == 3
    assert scrape.value("jobsync_calls_total", method="session.whoami", outcome="ok") == 3
    assert scrape.value("jobsync_calls_total", method="jobs.detail", outcome="not_found") == 2
    assert scrape.value("jobsync_calls_total", method="", outcome="parse_error") == 1
    assert scrape.value("jobsync_calls_total") == 6
    for method in ("session.whoami", "jobs.detail", ""):
        count = scrape.value("jobsync_call_duration_seconds_count", method=method)
        assert count == scrape.value("jobsync_calls_total", method=method)
    assert scrape.value("jobsync_call_duration_seconds_sum", method="session.whoami") > 0


def test_names_of_callers_become_no_labels(launch: Launch) -> None:
    server = launch()
    evil = ['x"} 1\njobsync_evil_total{a="b', "back\\slash", "a\r\nb", "x" * 10_000, "jobs.New"]
    with connect(server.socket) as socket:
        for name in evil:
            request = {"jsonrpc": "2.0", "id": 1, "method": name, "params": {}}
            socket.send(json.dumps(request))
            assert json.loads(socket.recv(timeout=PATIENCE))["error"]["code"] == -32601
        scrape = Scrape(server)
    methods = {s.labels["method"] for s in scrape.samples if "method" in s.labels}
    assert methods == {""} and methods <= {"", *CALLS}
    assert scrape.value("jobsync_calls_total", outcome="method_not_found") == len(evil)
    assert "evil" not in scrape.text and "slash" not in scrape.text


def test_traffic_is_counted(launch: Launch) -> None:
    server = launch("quick.yaml")
    with connect(server.socket, compression=None) as socket:
        sent = [
            json.dumps({"jsonrpc": "2.0", "id": n, "method": "session.whoami", "more": "ü" * n})
            for n in range(5)
        ]
        received = []
        for message in sent:
            socket.send(message)
            received.append(socket.recv(timeout=PATIENCE, decode=True))
        quiet = Scrape(server)
        assert quiet.value("jobsync_connections") == 1
        assert quiet.value("jobsync_connections_opened_total") == 1
        assert quiet.value("jobsync_messages_received_total") == 5
        assert quiet.value("jobsync_bytes_received_total") == sum(len(m.encode()) for m in sent)
        assert quiet.value("jobsync_frames_sent_total") == 5
        assert quiet.value("jobsync_bytes_sent_total") == sum(frame_size(m) for m in received)
        assert quiet.value("jobsync_documents_sent_total") == 0
        documents = run_jobs(server, socket, 4)
        busy = until(server, "jobsync_jobs_ended_total", 4)
    assert documents >= 4
    assert busy.value("jobsync_documents_sent_total") == documents
    assert busy.value("jobsync_subscriptions") == 1
    assert busy.value("jobsync_frames_built_total") >= 1
    assert busy.value("jobsync_jobs") == 4
    assert busy.value("jobsync_store_changes_total") == busy.value("jobsync_seq")
    ended = until(server, "jobsync_connections_closed_total", 1)
    assert ended.value("jobsync_connections_closed_total", code="1000") == 1
    assert ended.value("jobsync_connections") == 0


def test_what_is_compressed_counts_as_what_it_is(launch: Launch) -> None:
    server = launch(compression="on")
    with connect(server.socket) as socket:
        answer = call(socket, "rpc.discover", {})
        sent = Scrape(server).value("jobsync_bytes_sent_total")
        listed = call(socket, "connections.list", {})["result"]["connections"]
    assert 0 < sent < len(json.dumps(answer)) / 2
    assert [entry["bytes_out"] for entry in listed] == [sent]


def test_frames_are_shared(launch: Launch) -> None:
    server = launch("quick.yaml")
    with connect(server.socket) as one, connect(server.socket) as other:
        call(one, "tasks.limit", {"task": "quick", "limit": 0})
        for socket in (one, other):
            call(socket, "jobs.subscribe", {})
        before = until(server, "jobsync_documents_sent_total", 0)
        call(one, "jobs.new", {"task": "quick", "job_id": "shared"})
        after = until(server, "jobsync_documents_sent_total", 2)
    for name in ("jobsync_frames_built_total", "jobsync_frames_reused_total"):
        assert after.value(name) == before.value(name) + 1, name


def test_durations_of_what_jobs_cause(launch: Launch) -> None:
    server = launch("quick.yaml")
    with connect(server.socket) as socket:
        run_jobs(server, socket, 5)
        # Told by the socket as soon as it is asked, which may be later than the documents.
        scrape = until(server, "jobsync_change_acknowledged_seconds_count", 1)
    commits = scrape.value("jobsync_store_commits_total")
    assert commits > 0
    assert scrape.value("jobsync_store_commit_duration_seconds_count") == commits
    total = scrape.value("jobsync_store_commit_seconds_total")
    assert abs(scrape.value("jobsync_store_commit_duration_seconds_sum") - total) < 1e-6
    assert scrape.value("jobsync_jobs_started_total") == 5
    assert scrape.value("jobsync_worker_start_duration_seconds_count") == 5
    assert scrape.value("jobsync_worker_start_duration_seconds_sum") > 0
    written = scrape.value("jobsync_change_written_seconds_count")
    assert 1 <= scrape.value("jobsync_change_acknowledged_seconds_count") <= written


def test_the_queue(launch: Launch) -> None:
    server = launch("gate.yaml", proc=2, mem=8)
    with connect(server.socket) as socket:
        for number in range(5):
            call(socket, "jobs.new", {"task": "gate", "job_id": f"g{number}"})
        scrape = Scrape(server)
        assert scrape.value("jobsync_waiting_jobs") == 3
        assert scrape.value("jobsync_running_jobs", task="gate") == 2
        assert scrape.value("jobsync_cores", kind="used") == 2
        assert scrape.value("jobsync_cores", kind="limit") == 2
        assert scrape.value("jobsync_memory_bytes", kind="limit") == 8 << 30


def test_a_client_that_does_not_read(launch: Launch) -> None:
    server = launch("quick.yaml")
    place = urlsplit(server.socket)
    narrow = sockets.socket()
    narrow.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    narrow.connect((place.hostname, place.port))
    with (
        connect(server.socket) as other,
        connect(server.socket, sock=narrow, max_queue=1, compression=None) as slow,
    ):
        call(other, "tasks.limit", {"task": "quick", "limit": 0})
        for filter in ({}, {"task": ["quick"]}):
            request = {"jsonrpc": "2.0", "id": 1, "method": "jobs.subscribe"}
            slow.send(json.dumps({**request, "params": {"filter": filter}}))
        address = "{}:{}".format(*narrow.getsockname())

        def listed() -> dict[str, Any]:
            found = call(other, "connections.list", {})["result"]["connections"]
            return next(entry for entry in found if entry["address"] == address)

        while len(listed()["subscriptions"]) < 2:
            pass
        assert not listed()["choked"]
        assert Scrape(server).value("jobsync_subscription_lag_summed") == 0
        # Answers that nobody reads, until the socket is full.
        end = time.monotonic() + PATIENCE
        while not listed()["choked"]:
            assert time.monotonic() < end
            slow.send('{"jsonrpc":"2.0","id":2,"method":"rpc.discover"}')
        for number in range(7):
            call(other, "jobs.new", {"task": "quick", "job_id": f"unread{number}"})
        scrape = until(server, "jobsync_subscription_lag_max", 7)
        entry = listed()
        found = call(other, "connections.list", {})["result"]["connections"]
        narrow.shutdown(sockets.SHUT_RDWR)
    assert scrape.value("jobsync_connections") == 2
    assert scrape.value("jobsync_connections_choked") == 1
    assert scrape.value("jobsync_subscription_lag_max") == 7
    assert scrape.value("jobsync_subscription_lag_summed") == 14
    assert [s["behind"] for s in entry["subscriptions"]] == [7, 7]
    assert [s["filter"] for s in entry["subscriptions"]] == [{}, {"task": ["quick"]}]
    assert entry["username"] == "local" and entry["bytes_out"] > 0
    assert [e["address"] for e in found if e["choked"]] == [address]


def test_the_process(launch: Launch) -> None:
    before = time.time()
    server = launch()
    with connect(server.socket) as socket:
        one = Scrape(server)
        version = call(socket, "session.whoami", {})["result"]["server"].removeprefix("jobsync ")
        assert one.all("jobsync_build_info", version=version) == [1]
        end = time.monotonic() + PATIENCE
        files, more = one.value("process_open_fds"), 0.0
        with contextlib.ExitStack() as stack:
            # Just after its start the server has a file of its own open for a moment.
            while more != 1:
                assert time.monotonic() < end, f"a further connection is {more} open files"
                stack.enter_context(connect(server.socket))
                two = Scrape(server)
                more = two.value("process_open_fds") - files
                files += more
    # The kernel counts in hundredths of a second, from a start that it tells in whole ones.
    assert before - 2 < one.value("process_start_time_seconds") < time.time() + 2
    assert two.value("process_open_fds") < two.value("process_max_fds")
    assert two.value("process_cpu_seconds_total") >= one.value("process_cpu_seconds_total") > 0
    memory = one.value("process_resident_memory_bytes")
    assert 0 < memory < one.value("process_virtual_memory_bytes")
    assert memory % os.sysconf("SC_PAGESIZE") == 0
