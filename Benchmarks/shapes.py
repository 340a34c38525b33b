#!/usr/bin/env python3
"""Measures whether waiting jobs of many sizes hold anybody up: decisions must not look at all of them.

One user makes jobs that all differ in cores and memory, first few and then many, while one large job fills
the machine. Prints what making and cancelling a job costs at either number, and what another client feels
meanwhile; the ratio of each pair is what counts.

    Benchmarks/shapes.py [--server .build/release/jobsync] [--few 500] [--many 16000]
"""
import argparse
import asyncio
import json
import os
import pathlib
import tempfile
import time

from common import Client, Server, connect, machine, percentile

SIDE = 128
HOLD = """
name: hold
proc: 1
mem: 1
stages:
  - name: hold
    run: [sleep, "600"]
"""


def sizes(count):
    every = [(proc, mem) for proc in range(1, SIDE + 1) for mem in range(1, SIDE + 1)]
    return [every[index * 7919 % len(every)] for index in range(count)]


async def each(socket, calls):
    """Seconds for each of several calls that follow one another without waiting."""
    client, start = Client(socket), time.perf_counter()

    async def read():
        for _ in calls:
            if "error" in (answer := json.loads(await socket.recv())):
                raise SystemExit(answer["error"]["message"])

    reader = asyncio.create_task(read())
    for method, params in calls:
        await client.send(method, **params)
    await reader
    return (time.perf_counter() - start) / len(calls)


async def bystander(url, felt):
    async with await connect(url) as socket:
        client = Client(socket)
        while True:
            start = time.perf_counter()
            await client.call("resources.get")
            felt.append((time.perf_counter() - start) * 1000)
            await asyncio.sleep(0.01)


async def run(url, count):
    felt = []
    other = asyncio.create_task(bystander(url, felt))
    async with await connect(url) as socket:
        await Client(socket).call("jobs.new", task="hold", job_id="all", proc=SIDE, mem=SIDE)
        wanted = [("jobs.new", {"task": "hold", "job_id": f"s{number}", "proc": proc, "mem": mem})
                  for number, (proc, mem) in enumerate(sizes(count))]
        await each(socket, wanted[:-200])
        made = await each(socket, wanted[-200:])
        seen = await each(socket, [("jobs.detail", {"_id": f"s{number}"}) for number in range(200)])
        gone = await each(socket, [("jobs.cancel", {"_id": f"s{number}"}) for number in range(200)])
        await each(socket, [("resources.limit", {"proc": 0}), ("jobs.cancel", {"_id": "all"})])
    other.cancel()
    return made * 1e6, seen * 1e6, gone * 1e6, percentile(felt, 0.99), max(felt)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--server", default=".build/release/jobsync")
    parser.add_argument("--few", type=int, default=500)
    parser.add_argument("--many", type=int, default=16000)
    arguments = parser.parse_args()
    found = []
    for count in (arguments.few, arguments.many):
        with tempfile.TemporaryDirectory() as folder:
            tasks = pathlib.Path(folder, "data", "tasks")
            tasks.mkdir(parents=True)
            (tasks / "hold.yaml").write_text(HOLD)
            server = Server(arguments.server, os.path.join(folder, "data"),
                            "--proc", str(SIDE), "--mem", str(SIDE))
            try:
                found.append(asyncio.run(run(server.url, count)))
            finally:
                server.stop()
    print(f"Machine: {machine()}.\n")
    print(f"| what | {arguments.few:,} sizes | {arguments.many:,} sizes | ratio |\n| --- | --- | --- | --- |")
    names = ("a job made, µs", "a job looked at, µs", "a waiting job cancelled, µs",
             "another's resources.get, p99 ms", "the slowest, ms")
    for name, few, many in zip(names, *found):
        print(f"| {name} | {few:,.1f} | {many:,.1f} | {many / few:.2f} |")


if __name__ == "__main__":
    main()
