#!/usr/bin/env python3
"""Replays a recorded working day at a hundred times its pace, and prints what callers felt.

The day is played first, a hundred times faster than people would live it, by a laboratory of pages and
scripts: they come in the morning, look at lists and details, start jobs (most in the late morning and the
afternoon), cancel some, put old ones away, lose their connection now and then, and leave. A server records
it; the times of the recording are then stretched to those of a day. `jobsync replay --speed 100` says all of
it again to a new server, compares every answer and every job's end, and measures.

    Benchmarks/day.py [--server .build/release/jobsync] [--hours 8] [--people 30] [--scripts 5] [--keep FILE]

A day of 8 hours takes two times 4.8 minutes.
"""
import argparse
import asyncio
import contextlib
import json
import math
import os
import random
import subprocess
import sys
import tempfile
import time

from common import Client, Server, connect, machine

PACE = 100
TASK = """
name: work
proc: 1
mem: 1
args:
  seconds: {type: string, required: true}
stages:
  - name: prepare
    run: ["true"]
  - name: work
    run: [sleep, "{args.seconds}"]
"""


class Caller(Client):
    """A client that reads what it is told all the time, as pages do."""

    def __init__(self, socket):
        super().__init__(socket)
        self.waiting = {}
        self.reading = asyncio.create_task(self.read())

    async def read(self):
        async for text in self.socket:
            message = json.loads(text)
            if waiting := self.waiting.pop(message.get("id"), None):
                waiting.set_result(message)

    async def call(self, method, **params):
        answer = asyncio.get_running_loop().create_future()
        self.waiting[self.number + 1] = answer
        await self.send(method, **params)
        message = await answer
        if "error" in message:
            raise SystemExit(message["error"]["message"])
        return message["result"]


class Laboratory:
    """People and scripts over one server, in the day's own time."""

    def __init__(self, url, hours, seed):
        self.url = url
        self.length = hours * 3600 / PACE
        self.chance = random.Random(seed)
        self.begin = time.perf_counter()

    def now(self):
        """How much of the day is over, from 0 to 1."""
        return (time.perf_counter() - self.begin) / self.length

    async def pause(self, minutes):
        """Waits so many minutes of the day on average, as chance has it, at most to its end."""
        left = self.begin + self.length - time.perf_counter()
        await asyncio.sleep(max(min(self.chance.expovariate(PACE / (minutes * 60)), left), 0.01))

    def business(self):
        """More is done in the late morning and the afternoon than at noon and at the ends of the day."""
        return 0.25 + math.sin(2 * math.pi * self.now()) ** 2

    async def new(self, client):
        seconds = f"{self.chance.expovariate(1 / 0.15):.3f}"
        return (await client.call("jobs.new", task="work", args={"seconds": seconds}))["_id"]

    async def person(self, number):
        """Comes, works with the page open, is cut off now and then, and leaves."""
        await self.pause(20)
        position = {}
        while self.now() < 0.97:
            async with await connect(self.url) as socket:
                client, mine = Caller(socket), []
                answer = await client.call("jobs.subscribe", **position)
                await client.call("tasks.list")
                for _ in range(self.chance.randint(5, 40)):
                    await self.pause(4 / self.business())
                    if self.now() > 0.97:
                        break
                    await self.act(client, mine)
                seq = (await client.call("session.whoami"))["seq"]
                position = {"resume": {"epoch": answer["epoch"], "seq": seq}}
            await self.pause(5)

    async def act(self, client, mine):
        match self.chance.random():
            case x if x < 0.45:
                mine.append(await self.new(client))
            case x if x < 0.7 and mine:
                await client.call("jobs.detail", _id=self.chance.choice(mine))
            case x if x < 0.9:
                await client.call("jobs.find", limit=50)
            case _ if mine:
                await client.call("jobs.cancel", _id=[mine.pop()], reason="a mistake")

    async def script(self, number):
        """Hands in a batch of jobs now and then, waits for them all, and puts them away."""
        async with await connect(self.url) as socket:
            client = Caller(socket)
            await client.call("jobs.subscribe", filter={"task": "work"}, interval=100)
            while self.now() < 0.9:
                await self.pause(30 / self.business())
                jobs = [await self.new(client) for _ in range(self.chance.randint(5, 20))]
                while True:
                    found = await client.call("jobs.find", filter={"_id": jobs}, limit=100)
                    if all(each["state"] not in ("waiting", "running") for each in found["jobs"]):
                        break
                    await self.pause(3)
                await client.call("jobs.archive", _id=jobs)

    async def live(self, people, scripts):
        await asyncio.gather(*(self.person(n) for n in range(people)),
                             *(self.script(n) for n in range(scripts)))


def stretch(source, target):
    """Gives the times of a day back to a recording that was made faster."""
    with open(source) as lines, open(target, "w") as sink:
        sink.write(next(lines))
        for line in lines:
            entry = json.loads(line)
            entry["t"] = round(entry["t"] * PACE, 3)
            sink.write(json.dumps(entry) + "\n")


@contextlib.contextmanager
def serving(program, *options):
    with tempfile.TemporaryDirectory(dir=".") as folder:
        os.makedirs(os.path.join(folder, "tasks"))
        with open(os.path.join(folder, "tasks", "work.yaml"), "w") as file:
            file.write(TASK)
        # The jobs sleep, so that more of them than cores may run.
        server = Server(program, folder, *options, "--proc", "16", "--mem", "64")
        try:
            yield server
        finally:
            server.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", default=".build/release/jobsync")
    parser.add_argument("--hours", type=float, default=8)
    parser.add_argument("--people", type=int, default=30)
    parser.add_argument("--scripts", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", metavar="FILE", help="where to keep the recording of the day")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=".") as folder:
        fast = os.path.join(folder, "fast.jsonl")
        day = options.keep or os.path.join(folder, "day.jsonl")
        with serving(options.server, "--record", fast) as server:
            laboratory = Laboratory(server.url, options.hours, options.seed)
            asyncio.run(laboratory.live(options.people, options.scripts))
        stretch(fast, day)
        print(f"{machine()}; a day of {options.hours:g} hours, {os.path.getsize(day) >> 20} MB, "
              f"at {PACE} times its pace", flush=True)
        with serving(options.server) as server:
            url = server.url.replace("ws://", "http://").removesuffix("/ws")
            return subprocess.run([options.server, "replay", day, url, "--speed", str(PACE)]).returncode


if __name__ == "__main__":
    sys.exit(main())
