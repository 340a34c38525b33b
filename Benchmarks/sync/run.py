#!/usr/bin/env python3
"""Measures how Jobsync keeps clients in step, beside others who pass documents on over WebSockets.

Servers run on core 0, one at a time, and the load, a program in C, on core 1. The peers are fetched from
Debian and PyPI into `.peers` beside this script; nothing is installed elsewhere. Prints Markdown.

    Benchmarks/sync/run.py [--server .build/release/jobsync] [--rounds 3] [--only NAME] [--quick]
"""
import argparse
import os
import pathlib
import tempfile

import peers  # before what needs its path
import loads
import report

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--server", default=str(ROOT / ".build/release/jobsync"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", action="append", metavar="NAME", choices=loads.NAMES,
                        help="one load; may be repeated: " + ", ".join(loads.NAMES))
    parser.add_argument("--peer", action="append", metavar="NAME",
                        help="peers whose name begins so, beside Jobsync; may be repeated")
    parser.add_argument("--quick", action="store_true", help="everything small, once")
    arguments = parser.parse_args()
    if not {peers.SERVER_CORE, peers.LOAD_CORE} <= os.sched_getaffinity(0):
        raise SystemExit("sync: needs cores 0 and 1")
    loads.raise_limits()
    peers.fetch()
    rounds, scale = (1, 10) if arguments.quick else (arguments.rounds, 1)

    def chosen(part):
        return [load for load in part if not arguments.only or load[0] in arguments.only]

    shared, ours = chosen(loads.SHARED), chosen(loads.OURS)
    results = report.Results()
    with tempfile.TemporaryDirectory() as programs:
        peers.build(programs)
        everyone = [peer for peer in peers.all_peers(os.path.abspath(arguments.server), programs)
                    if peer.kind == "jobsync" or not arguments.peer
                    or peer.name.startswith(tuple(arguments.peer))]
        tool = loads.Loads(programs, scale)
        for number in range(rounds):
            for part, takers in ((shared, everyone),
                                 (ours, [peer for peer in everyone if peer.kind == "jobsync"])):
                for name, words, load in part:
                    for peer in takers:
                        outcome = loads.measure(tool, load, peer)
                        peers.say(f"{number + 1}/{rounds} {words}, {peer.name}: {outcome}")
                        results.note(name, peer.name, outcome)
    report.write(results, shared, ours, everyone, rounds, scale)


if __name__ == "__main__":
    main()
