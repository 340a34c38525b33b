"""The command line of `scripts/attack`."""

from __future__ import annotations

import argparse
import sys

import catalogue
from jobsync_server import BINARY
from outcome import HEAD, Outcome, as_json, row

DESCRIPTION = """\
Attacks servers, and shows what others felt of it.

Each attack has a server of its own: the real program with a worker for each job and a store on
disk, in a scratch folder and on a free port of 127.0.0.1. While the attack goes on two bystanders
call session.whoami and jobs.new (with a job_id), and the table shows

  whoami, new   how long the slowest of their calls took
  memory        by how much the server had grown at most
  files         how many descriptors it held at most
  CPU           the processor time that it took
  jobs          how many jobs were accepted and must not be lost
  took          how long the attack and the settling after it took
  verdict       stood, LOST, or skipped where the machine lacks what the attack needs

An attack has won if the server died, an accepted job is gone, one ended in error that nobody
meant to fail, a bystander was not answered within 30 s, or something happened that the attack
says must not. Times are shown and judged by people: only a loss makes the exit code 1.

Every attack is bounded in count and time and goes to the server that was started for it, and
nothing is left over. Some mount a tmpfs and are skipped for users who may not.
"""
EXAMPLES = """\
examples:
  scripts/attack                        everything; some twenty minutes
  scripts/attack --small                everything in a small form
  scripts/attack --only many-shapes --only pings
  scripts/attack --only A5              all attacks of a point
  JOBSYNC_BIN=.build/release/jobsync scripts/attack --json >attacks.json

environment:
  JOBSYNC_BIN   the server; its worker lies beside it (default: .build/debug/jobsync)

exit codes: 0 all stood, 1 something was lost, 2 wrong usage
"""


def main() -> int:
    """Run the attacks that were asked for."""
    attacks = catalogue.load()
    options = _options()
    if options.list:
        for each in attacks.values():
            print(f"{each.point:4} {each.name:22} {each.about}")
        return 0
    chosen = [
        each
        for each in attacks.values()
        if not options.only or {each.name, each.point} & set(options.only)
    ]
    unknown = set(options.only) - {text for each in chosen for text in (each.name, each.point)}
    if unknown:
        print(f"scripts/attack: there is no attack {', '.join(sorted(unknown))}; --list shows all",
              file=sys.stderr)  # fmt: skip
        return 2
    if not BINARY.exists():
        print(f"scripts/attack: build {BINARY} first, or set JOBSYNC_BIN", file=sys.stderr)
        return 2
    outcomes: list[Outcome] = []
    if not options.json:
        print(HEAD, flush=True)
    for each in chosen:
        outcomes.append(each(seed=options.seed, small=options.small))
        if not options.json:
            print(row(outcomes[-1]), flush=True)
    lost = [outcome for outcome in outcomes if outcome.losses]
    if options.json:
        print(as_json(outcomes))
    else:
        stood = sum(outcome.verdict == "stood" for outcome in outcomes)
        print(f"\n{stood} stood, {len(lost)} lost, {len(outcomes) - stood - len(lost)} skipped")
    return 1 if lost else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/attack",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME",
        help="an attack, or a point such as A5; may be repeated",
    )  # fmt: skip
    parser.add_argument("--list", action="store_true", help="name all attacks and end")
    parser.add_argument("--small", action="store_true", help="fewer of everything, as scripts/test")
    parser.add_argument("--json", action="store_true", help="one JSON array in place of the table")
    parser.add_argument(
        "--seed", type=int, default=9, metavar="N",
        help="what chance begins with; another gives other inputs of the same kinds (default: 9)",
    )  # fmt: skip
    return parser.parse_args()
