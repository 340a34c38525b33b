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
import pathlib
import platform
import re
import sqlite3
import statistics
import subprocess
import tempfile
import time

import websockets

TASK = """
name: quick
proc: 1
mem: 1
stages:
  - name: run
    run: ["true"]
"""
HELD = """
name: held
proc: 1
mem: 1
limit: 0
stages:
  - name: run
    run: ["true"]
"""


class Server:
    def __init__(self, program, folder):
        tasks = pathlib.Path(folder, "tasks")
        tasks.mkdir(parents=True)
        (tasks / "quick.yaml").write_text(TASK)
        (tasks / "held.yaml").write_text(HELD)
        self.process = subprocess.Popen(
            [program, "serve", "--listen", "127.0.0.1:0", "--data", folder, "--auth", "none",
             "--proc", "2", "--mem", "2", "--rate", "0"],
            stdout=subprocess.PIPE, text=True,
        )
        for line in self.process.stdout:
            if match := re.match(r"listening on http://(\S+)", line):
                self.url = f"ws://{match[1]}/ws"
                return
        raise SystemExit("the server did not start")

    def status(self):
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024

    def cpu_ticks(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Client:
    def __init__(self, socket):
        self.socket = socket
        self.number = 0

    async def send(self, method, **params):
        self.number += 1
        await self.socket.send(json.dumps(
            {"jsonrpc": "2.0", "id": self.number, "method": method, "params": params}))
        return self.number

    async def call(self, method, **params):
        number = await self.send(method, **params)
        while True:
            message = json.loads(await self.socket.recv())
            if message.get("id") == number:
                if "error" in message:
                    raise SystemExit(message["error"]["message"])
                return message["result"]


async def connect(url):
    return await websockets.connect(url, subprotocols=["jobsync.v1.json"], proxy=None,
                                    compression=None, max_size=None)


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


async def one_by_one(url, seconds):
    async with await connect(url) as socket:
        client, count, start = Client(socket), 0, time.perf_counter()
        while time.perf_counter() - start < seconds:
            await client.call("jobs.new", task="held")
            count += 1
        return count / (time.perf_counter() - start)


async def pipelined(url, connections, each):
    async def run():
        async with await connect(url) as socket:
            client = Client(socket)

            async def read():
                for _ in range(each):
                    if "error" in json.loads(await socket.recv()):
                        raise SystemExit("a job was refused")

            reader = asyncio.create_task(read())
            for _ in range(each):
                await client.send("jobs.new", task="held")
            await reader

    start = time.perf_counter()
    await asyncio.gather(*(run() for _ in range(connections)))
    return connections * each / (time.perf_counter() - start)


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


def spread(values):
    return f"{statistics.median(values):,.1f} ({min(values):,.1f}–{max(values):,.1f})"


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def machine():
    model = re.search(r"model name\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return f"{os.cpu_count()} × {model[1] if model else platform.machine()}, Linux {platform.release()}"


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
