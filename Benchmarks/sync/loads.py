"""The loads: what each asks of a server, and which figures it gives."""
import json
import os
import re
import resource
import subprocess

from peers import LOAD_CORE, NotToBeHad, pinned

# All of these, and the server's listening socket and files.
MOST_CLIENTS = 10000


class Missed(Exception):
    """A peer was there, but did not do what a load asks."""


def raise_limits():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard != resource.RLIM_INFINITY and hard < MOST_CLIENTS + 500:
        raise SystemExit(f"sync: ulimit -n must be at least {MOST_CLIENTS + 500}; it is {hard}")


def memory(process):
    """KB that the process and its children hold, shared pages counted in part."""
    def tree(number):
        yield number
        with open(f"/proc/{number}/task/{number}/children") as children:
            for child in children.read().split():
                yield from tree(child)

    total = 0
    for number in tree(process.pid):
        with open(f"/proc/{number}/smaps_rollup") as rollup:
            total += int(re.search(r"Pss:\s+(\d+)", rollup.read())[1])
    return total


class Loads:
    """Runs programs of the load's on its core; `scale` divides numbers of clients and seconds."""

    def __init__(self, programs, scale=1):
        self.programs, self.scale = programs, scale

    def start(self, program, *arguments):
        with pinned(LOAD_CORE):
            return subprocess.Popen(
                [os.path.join(self.programs, program), *map(str, arguments)], text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def figures(self, load):
        output, errors = load.communicate(timeout=400)
        if load.returncode != 0:
            raise Missed(errors.strip().removeprefix("benchmark: "))
        return json.loads(output)

    def run(self, *command):
        return self.figures(self.start(*command))

    def count(self, clients):
        return max(1, clients // self.scale)

    # Loads of all peers.

    def burst(self, peer, clients, size, seconds=3):
        with peer.running() as (port, _):
            return {"documents/s": self.run("load", peer.kind, port, "burst", self.count(clients), size,
                                            seconds / self.scale)["rate"]}

    def rate(self, peer, clients, seconds=5):
        with peer.running() as (port, _):
            figures = self.run("load", peer.kind, port, "rate", self.count(clients), 20,
                               seconds / self.scale)
            return {"p50 ms": figures["p50"], "p99 ms": figures["p99"]}

    def idle(self, peer, clients):
        with peer.running() as (port, process):
            before, count = memory(process), self.count(clients)
            load = self.start("load", peer.kind, port, "idle", count)
            line = load.stdout.readline()
            after = memory(process)
            if not line:
                self.figures(load)
            load.communicate()
            figures = json.loads(line)
            return {"connections opened/s": figures["opened"],
                    "connections opened and subscribed/s": figures["subscribed"],
                    "KB for each": (after - before) / count}

    # Loads of Jobsync only.

    def slow(self, peer, clients, percent, seconds=5):
        count = self.count(clients)
        slow = min(count, max(1, count * percent // 100))
        with peer.running() as (port, _):
            # Beside those of whom some are slow there is always one who is not.
            figures = self.run("sync", port, "slow", count + 1, slow, seconds / self.scale)
            return {"fast ones, p50 ms": figures["p50"], "fast ones, p99 ms": figures["p99"],
                    "slow ones in step again, s": figures["caught_up"]}

    def jitter(self, peer, clients, period=3, seconds=12):
        with peer.running() as (port, _):
            figures = self.run("sync", port, "jitter", self.count(clients), period / self.scale,
                               seconds / self.scale)
            return {"in step again, p50 ms": figures["p50"], "in step again, p99 ms": figures["p99"]}

    def storm(self, peer, clients):
        with peer.running() as (port, process):
            load = self.start("sync", port, "storm", self.count(clients))
            if load.stdout.readline() != "away\n":
                self.figures(load)
            process.terminate()
            process.wait()
            with peer.again(port):
                load.stdin.write("\n")
                figures = self.figures(load)
                return {"until all are in step, s": figures["seconds"], "each, p50 ms": figures["p50"],
                        "each, p99 ms": figures["p99"]}

    def first(self, peer, jobs):
        with peer.running() as (port, _):
            return {"s": self.run("sync", port, "first", self.count(jobs))["seconds"]}

    def calls(self, peer, connections, seconds=3):
        with peer.running() as (port, _):
            figures = self.run("sync", port, "calls", connections, seconds / self.scale)
            return {"calls/s": figures["rate"], "p50 ms": figures["p50"], "p99 ms": figures["p99"]}


# A name for --only, words for the table, and the load.
SHARED = [
    ("burst16", "1,000 subscribers, bursts of 16", lambda loads, peer: loads.burst(peer, 1000, 16)),
    ("burst64", "1,000 subscribers, bursts of 64", lambda loads, peer: loads.burst(peer, 1000, 64)),
    ("burst1", "1,000 subscribers, one at a time", lambda loads, peer: loads.burst(peer, 1000, 1)),
    ("burst16-10k", "10,000 subscribers, bursts of 16", lambda loads, peer: loads.burst(peer, 10000, 16)),
    ("rate-1k", "1,000 subscribers, 20 changes/s", lambda loads, peer: loads.rate(peer, 1000)),
    ("rate-5k", "5,000 subscribers, 20 changes/s", lambda loads, peer: loads.rate(peer, 5000)),
    ("idle", "10,000 idle", lambda loads, peer: loads.idle(peer, 10000)),
]
OURS = [
    ("slow1", "1 % of 1,000 clients do not read", lambda loads, peer: loads.slow(peer, 1000, 1)),
    ("slow10", "10 % of 1,000 clients do not read", lambda loads, peer: loads.slow(peer, 1000, 10)),
    ("slow100", "all of 1,000 but one do not read", lambda loads, peer: loads.slow(peer, 1000, 100)),
    ("jitter", "2,000 clients, each away for 0.4 s every 3 s",
     lambda loads, peer: loads.jitter(peer, 2000)),
    ("storm", "10,000 clients come back at once after a restart",
     lambda loads, peer: loads.storm(peer, 10000)),
    ("first", "first load of 100,000 jobs", lambda loads, peer: loads.first(peer, 100000)),
    ("calls", "`session.whoami`, 100 connections", lambda loads, peer: loads.calls(peer, 100)),
]
NAMES = [name for name, *_ in SHARED + OURS]


def measure(loads, load, peer):
    """A load's figures; of a peer that cannot, why it could not."""
    try:
        return load(loads, peer)
    except NotToBeHad as why:
        return f"not to be had ({why})"
    except Missed as why:
        if peer.kind == "jobsync":
            raise SystemExit(f"sync: {peer.name}: {why}") from why
        return f"failed ({why})"
