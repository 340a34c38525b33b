"""What the benchmarks share: a server, its callers, and how figures are put."""
import asyncio
import json
import os
import pathlib
import platform
import re
import statistics
import subprocess
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
    """A server of its own over a data folder; everybody may call."""

    def __init__(self, program, folder, *options):
        tasks = pathlib.Path(folder, "tasks")
        tasks.mkdir(parents=True, exist_ok=True)
        (tasks / "quick.yaml").write_text(TASK)
        (tasks / "held.yaml").write_text(HELD)
        self.process = subprocess.Popen(
            [program, "serve", "--listen", "127.0.0.1:0", "--data", folder, "--auth", "none",
             "--proc", "2", "--mem", "2", "--rate", "0", *options],
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


def spread(values, digits=1):
    """The median, and the least and the most beside it."""
    least, most = min(values), max(values)
    return f"{statistics.median(values):,.{digits}f} ({least:,.{digits}f}–{most:,.{digits}f})"


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def machine():
    model = re.search(r"model name\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return f"{os.cpu_count()} × {model[1] if model else platform.machine()}, Linux {platform.release()}"
