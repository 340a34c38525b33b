#!/usr/bin/env python3
"""Measures durable jobs a second on both stores, and the push through a second server, beside libmongoc.

Every round runs all of it on one replica set of one member, started for the purpose:
- `jobs.new` from 1 and from 64 callers who wait for each answer, and from 64 who have 8 calls on their
  way each, or send batches of 16, on SQLite and on MongoDB, beside plain `insertOne` (majority, journal)
  by libmongoc in 1 and in 64 loops;
- two servers: from the moment at which MongoDB wrote a new job, made at the first server, to its push
  to a client of the second, beside a bare change stream consumer in C that hears of the same jobs.

    Benchmarks/mongodb.py [--server .build/release/jobsync] [--rounds 3] [--seconds 4] [--pushes 200]
"""
import argparse
import asyncio
import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import threading
import time

from common import (
    Client,
    Server,
    connect,
    machine,
    percentile,
    spread,
)

ROOT = pathlib.Path(__file__).resolve().parent.parent
CALLERS = 64
# Connections, how many calls each has on its way at a time, and how it sends them.
LOADS = {
    "1 caller": (1, 1),
    f"{CALLERS} callers": (CALLERS, 1),
    f"{CALLERS} callers with 8 calls on their way": (CALLERS, 8),
    f"{CALLERS} callers with batches of 16": (CALLERS, 16, "batch"),
}


def build(name, folder, *packages):
    """Compiles one of the C programs beside this script."""
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", *packages], check=True,
                           capture_output=True, text=True).stdout.split() if packages else []
    program = os.path.join(folder, name)
    subprocess.run(["cc", "-O2", str(ROOT / f"Benchmarks/{name}.c"), "-o", program, *flags,
                    "-lpthread"], check=True)
    return program


def address(server):
    return server.url.removeprefix("ws://").removesuffix("/ws").split(":")


def calls(callers, server, seconds, connections, depth, *style):
    """Answered calls of `jobs.new` a second."""
    output = subprocess.run([callers, *address(server), str(connections), str(depth), str(seconds),
                             *style], check=True, capture_output=True, text=True).stdout
    return float(output.split()[0])


@contextlib.contextmanager
def replica_set():
    # As much memory and history as a mongod takes by itself, not as little as tests get by with.
    process = subprocess.Popen([ROOT / "scripts/replica-set", "--cache", "4", "--oplog", "4000"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield json.loads(process.stdout.readline())["uri"]
    finally:
        process.stdin.close()
        process.wait()


@contextlib.contextmanager
def server(program, *options):
    with tempfile.TemporaryDirectory() as folder:
        server = Server(program, os.path.join(folder, "data"), *options)
        try:
            yield server
        finally:
            server.stop()


def database(uri, name):
    head, _, options = uri.partition("/?")
    return f"{head}/{name}?{options}"


def inserts(peer, uri, threads, seconds):
    output = subprocess.run([peer, "insert", uri, str(threads), str(seconds)], check=True,
                            capture_output=True, text=True).stdout
    return float(output)


class Listener:
    """A C program that prints, line by line, what it hears of jobs."""

    def __init__(self, *command):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        if not self.process.stdout.readline():
            raise SystemExit(f"{command[0]} did not start")
        self.heard = {}
        self.thread = threading.Thread(target=self.listen)
        self.thread.start()

    def listen(self):
        for line in self.process.stdout:
            job, *times = line.split()
            self.heard.setdefault(job, [int(time) for time in times])

    def stop(self):
        self.process.kill()
        self.thread.join()
        return self.heard


async def make_jobs(url, count):
    async with await connect(url) as socket:
        client, names = Client(socket), []
        for number in range(count):
            await asyncio.sleep(0.03)
            names.append(f"p{number}-{os.getpid()}-{time.monotonic_ns()}")
            await client.call("jobs.new", task="held", job_id=names[-1])
        await asyncio.sleep(0.5)
        return names


def push_latency(program, subscriber, peer, uri, name, count):
    """Milliseconds from MongoDB's writing of each job to its push by the other server; and bare."""
    at = database(uri, name)
    with server(program, "--mongo", at) as first, server(program, "--mongo", at) as second:
        asyncio.run(make_jobs(first.url, 5))
        bare = Listener(peer, "watch", uri, name)
        pushed = Listener(subscriber, *address(second))
        names = asyncio.run(make_jobs(first.url, count))
        theirs, ours = bare.stop(), pushed.stop()
    # Times of writing are whole milliseconds; both sides are measured from the same one.
    written = {job: theirs[job][0] * 1000 for job in names}
    return ([(ours[job][0] - written[job]) / 1000 for job in names],
            [(theirs[job][1] - written[job]) / 1000 for job in names])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--server", default=str(ROOT / ".build/release/jobsync"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--pushes", type=int, default=200)
    arguments = parser.parse_args()
    program, seconds = arguments.server, arguments.seconds
    rows = {}

    def note(name, value):
        rows.setdefault(name, []).append(value)

    with tempfile.TemporaryDirectory() as folder, replica_set() as uri:
        peer = build("mongo_peer", folder, "libmongoc-1.0")
        callers, subscriber = build("callers", folder), build("subscriber", folder)
        for number in range(arguments.rounds):
            bare = {count: inserts(peer, uri, count, seconds) for count in (1, CALLERS)}
            for index, (name, load) in enumerate(LOADS.items()):
                # A new store for each, so that none has to do with what those before it have left.
                with server(program) as jobs:
                    note(f"SQLite: jobs/s, {name}", calls(callers, jobs, seconds, *load))
                with server(program, "--mongo", database(uri, f"jobs{number}-{index}")) as jobs:
                    rate = calls(callers, jobs, seconds, *load)
                note(f"MongoDB: jobs/s, {name}", rate)
                note(f"MongoDB, {name}, by insertOne/s in {load[0]} loops", rate / bare[load[0]])
            for loops, rate in bare.items():
                note(f"insertOne/s, {loops} loops", rate)
            ours, theirs = push_latency(program, subscriber, peer, uri, f"push{number}", arguments.pushes)
            for share, label in ((0.5, "p50"), (0.99, "p99")):
                mine, bare = percentile(ours, share), percentile(theirs, share)
                note(f"write → push by another server, {label}, ms", mine)
                note(f"write → bare change stream consumer, {label}, ms", bare)
                note(f"the first of these by the second, {label}", mine / bare)
    print(f"Machine: {machine()}. Median (least–most) of {arguments.rounds} runs.\n")
    print("| what | value |\n| --- | --- |")
    for name, values in rows.items():
        digits = 2 if statistics.median(values) < 100 else 0
        print(f"| {name} | {spread(values, digits)} |")


if __name__ == "__main__":
    main()
