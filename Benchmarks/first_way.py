#!/usr/bin/env python3
"""Measures the way of a job through a real server, beside the bare cost of what it cannot do without.

Prints a table: from `jobs.new` to the push on another connection and to the worker's first stage,
durable jobs a second from one caller and from many, and what an idle server costs. The peer is a
loop of durable single-row inserts with SQLite, in the same run on the same disk.

    Benchmarks/first_way.py [--server .build/release/jobsync] [--rounds 3]
"""
import argparse
import asyncio
import json
import os
import sqlite3
import statistics
import tempfile
import time

from common import (
    Client,
    Server,
    connect,
    machine,
    one_by_one,
    percentile,
    pipelined,
    spread,
)


async def latencies(url, count):
    """Milliseconds from `jobs.new` to the push of `waiting`, and to the first stage, elsewhere."""
    async with await connect(url) as one, await connect(url) as other:
        caller, watcher = Client(one), Client(other)
        await watcher.call("jobs.subscribe")
        pushed, begun = [], []
        for number in range(count):
            await asyncio.sleep(0.1)
            name, start = f"l{number}-{os.getpid()}", time.perf_counter()
            await caller.send("jobs.new", task="quick", job_id=name)
            is_pushed = is_begun = False
            while True:
                message = json.loads(await other.recv())
                now = time.perf_counter()
                documents = message.get("params", {}).get("put", [])
                mine = [d for d in documents if d["_id"] == name]
                if mine and not is_pushed:
                    pushed.append((now - start) * 1000)
                    is_pushed = True
                if any(d["stage"] for d in mine) and not is_begun:
                    begun.append((now - start) * 1000)
                    is_begun = True
                if any(d["state"] == "complete" for d in mine):
                    break
            await one.recv()
        return pushed, begun


def sqlite_inserts(folder, seconds):
    base = sqlite3.connect(os.path.join(folder, "peer.sqlite"), isolation_level=None)
    base.execute("PRAGMA journal_mode=WAL")
    base.execute("PRAGMA synchronous=FULL")
    base.execute("CREATE TABLE IF NOT EXISTS jobs (id TEXT PRIMARY KEY, document TEXT)")
    document, count, start = "x" * 500, 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        base.execute("INSERT INTO jobs VALUES (?, ?)", (f"{os.getpid()}-{time.monotonic_ns()}", document))
        count += 1
    rate = count / (time.perf_counter() - start)
    base.close()
    return rate


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--server", default=".build/release/jobsync")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    rows = {name: [] for name in (
        "new → push elsewhere, p50 ms", "new → push elsewhere, p99 ms",
        "new → first stage, p50 ms", "new → first stage, p99 ms",
        "durable jobs/s, one caller", "durable inserts/s, SQLite in a loop",
        "durable jobs/s, 1 connection, pipelined", "durable jobs/s, 8 connections, pipelined",
        "idle memory, MB", "idle CPU, % of a core",
    )}
    for _ in range(arguments.rounds):
        with tempfile.TemporaryDirectory() as folder:
            server = Server(arguments.server, os.path.join(folder, "data"))
            time.sleep(1)
            rows["idle memory, MB"].append(server.status())
            before = server.cpu_ticks()
            time.sleep(5)
            used = (server.cpu_ticks() - before) / os.sysconf("SC_CLK_TCK") / 5 * 100
            rows["idle CPU, % of a core"].append(used)
            pushed, begun = asyncio.run(latencies(server.url, 60))
            rows["new → push elsewhere, p50 ms"].append(statistics.median(pushed))
            rows["new → push elsewhere, p99 ms"].append(percentile(pushed, 0.99))
            rows["new → first stage, p50 ms"].append(statistics.median(begun))
            rows["new → first stage, p99 ms"].append(percentile(begun, 0.99))
            rows["durable jobs/s, one caller"].append(asyncio.run(one_by_one(server.url, 3)))
            rows["durable inserts/s, SQLite in a loop"].append(sqlite_inserts(folder, 3))
            rows["durable jobs/s, 1 connection, pipelined"].append(
                asyncio.run(pipelined(server.url, 1, 10000)))
            rows["durable jobs/s, 8 connections, pipelined"].append(
                asyncio.run(pipelined(server.url, 8, 2500)))
            server.stop()
    print(f"Machine: {machine()}. Median (least–most) of {arguments.rounds} runs.\n")
    print("| what | value |\n| --- | --- |")
    for name, values in rows.items():
        print(f"| {name} | {spread(values)} |")


if __name__ == "__main__":
    main()
