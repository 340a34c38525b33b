"""The command line of `scripts/power-loss`."""

from __future__ import annotations

import argparse
import pathlib
import sys
import tempfile
import time

from cutting import Broken, PowerLoss
from jobsync_server import BINARY

DESCRIPTION = """\
Cuts the power of a server again and again, and checks what it has promised.

A server of its own runs on a disk that loses what was not synchronized: a library that is loaded
into the server, its workers and their tools (Tests/power/power_loss.c) copies each file when it is
synchronized, and each folder's names when that is. At a cut all of them are ended with SIGKILL, and
the data folder becomes what was on the disk: nothing but what was synchronized (a strict disk), or
more, as chance has it: newer files, some of their newest blocks without others, newer names (a
lenient one). Then the server starts anew, and

  - every job that was accepted is there, every final state that was seen is as it was, with its
    result, and what its worker wrote down while no server lived is known;
  - every host and every reference that was answered is there with all its files, and one that was
    removed is gone;
  - the limit of a task is the one that was answered last, and the token that was shown is good;
  - no job ran twice: tasks leave marks outside the data folder.

What is not seen: an order of two writes to the same place between two synchronizations, and what
is synchronized by O_SYNC, msync or sync_file_range, for nothing here does that.
"""
EPILOG = """\
examples:
  scripts/power-loss                          200 cuts, some ten minutes
  scripts/power-loss --cuts 10 --seed 3
  scripts/power-loss --ignore '*-wal'         a fault that must be noticed

environment:
  JOBSYNC_BIN   the server; its worker lies beside it (default: .build/debug/jobsync)

exit codes: 0 all promises held, 1 one was broken, 2 wrong usage
"""


def main() -> int:
    """Cut as often as was asked for."""
    options = _options()
    if not BINARY.exists():
        print(f"scripts/power-loss: build {BINARY} first, or set JOBSYNC_BIN", file=sys.stderr)
        return 2
    began = time.monotonic()
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="jobsync-power-loss-"))
    scene = PowerLoss(scratch, seed=options.seed, ignore=options.ignore)
    try:
        scene.run(options.cuts, hosts_every=5, tell=lambda line: print(line, flush=True))
    except Broken as error:
        print(f"BROKEN: {error}")
        print(f"again with: scripts/power-loss --cuts {options.cuts} --seed {options.seed}")
        return 1
    finally:
        scene.clean_up()
    print(f"{options.cuts} cuts, {scene.tally}, {time.monotonic() - began:.0f} s: all held")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/power-loss",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--cuts", type=int, default=200, metavar="N", help="(default: 200)")
    parser.add_argument(
        "--seed", type=int, default=1, metavar="N",
        help="what chance begins with (default: 1); moments still differ from run to run",
    )  # fmt: skip
    parser.add_argument(
        "--ignore", default="", metavar="PATTERN",
        help="files and folders, relative to the data folder and parted by colons, whose "
        "synchronizing does nothing, to see that a test would notice; '*' for all",
    )  # fmt: skip
    options = parser.parse_args()
    if options.cuts < 1:
        parser.error("--cuts must be at least 1")
    return options
