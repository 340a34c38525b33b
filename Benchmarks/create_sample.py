#!/usr/bin/env python3
"""Measures how long a worker takes to make a sample, beside its trimming tool alone.

Makes up pairs of reads of 150 bases, some of which run into their adapters, compressed; the same in each run. The
worker runs the job as a server would have it run. Beside it the tool trims the same files with
the same options: into plain files, which is the least that can be, and into gzip of its own. Prints Markdown.

    swift build -c release --product jobsync-worker
    Benchmarks/create_sample.py [--worker .build/release/jobsync-worker] [--pairs 250000] [--rounds 3] [--proc 2]
"""
import argparse
import gzip
import json
import os
import pathlib
import platform
import random
import re
import resource
import shutil
import statistics
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
READ = 150
ADAPTERS = ("AGATCGGAAGAGCACACGTCTGAACTCCAGTCAC", "AGATCGGAAGAGCGTCGTGTAGGGAAAGAGTGTA")
COMPLEMENT = str.maketrans("ACGT", "TGCA")
OPTIONS = ["-m", "pe", "-l", "50", "-q", "20", "-Q", "25", "-f", "sanger"]


def quality(chance):
    """Signs that fall towards the end, as those of Illumina do."""
    start = chance.randrange(60, READ)
    return "".join(chance.choice("FFFFFF:F,") if place < start else chance.choice("FF:,,#") for place in range(READ))


def make_reads(folder, pairs):
    chance = random.Random(11)
    genome = "".join(chance.choices("ACGT", k=200_000))
    qualities = [quality(chance) for _ in range(5000)]
    with (gzip.open(folder / "r_1.fastq.gz", "wt", 6) as first, gzip.open(folder / "r_2.fastq.gz", "wt", 6) as second):
        for number in range(pairs):
            length = max(60, round(chance.gauss(280, 70)))
            start = chance.randrange(len(genome) - length)
            piece = genome[start:start + length]
            for mate, (file, bases) in enumerate(((first, piece), (second, piece.translate(COMPLEMENT)[::-1]))):
                read = (bases + ADAPTERS[mate] + genome[:READ])[:READ]
                file.write(f"@SIM:11:FC11:1:{number % 96}:{number}:2000 {mate + 1}:N:0:ACGT\n{read}\n+\n"
                           f"{chance.choice(qualities)}\n")


def measured(command, **options):
    """How long a program takes, and how long it and what it has started keep processors busy, in seconds."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(list(map(str, command)), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    took, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def make_sample(worker, data, proc):
    """Runs the job; its folders are a server's."""
    for name in ("runs/job1", "samples", "work", "logs/jobs"):
        shutil.rmtree(data / name, ignore_errors=True)
        (data / name).mkdir(parents=True)
    order = {
        "id": "job1", "task": "create_sample", "username": "nobody", "proc": proc, "mem": 6, "grace_ms": 10_000,
        "args": {"_id": "x", "name": "X", "files": ["r_1.fastq.gz", "r_2.fastq.gz"]}, "data": str(data),
    }
    (data / "runs/job1/job.json").write_text(json.dumps(order))
    took = measured([worker, data / "runs/job1"])
    if not (data / "samples/x/record.json").exists():
        raise SystemExit("create_sample: " + (data / "runs/job1/journal.jsonl").read_text())
    return took


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worker", type=pathlib.Path, default=ROOT / ".build/release/jobsync-worker")
    parser.add_argument("--pairs", type=int, default=250_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--proc", type=int, default=2)
    arguments = parser.parse_args()
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        data = pathlib.Path(folder).resolve()
        make_reads(data, arguments.pairs)
        skewer = ["skewer", *OPTIONS, "-t", arguments.proc, "--quiet", "-o", "trimmed", "r_1.fastq.gz", "r_2.fastq.gz"]
        for _ in range(arguments.rounds):
            for what, took in (
                ("create_sample", make_sample(arguments.worker.resolve(), data, arguments.proc)),
                ("skewer alone, plain files", measured(skewer, cwd=data)),
                ("skewer alone, its own gzip", measured([*skewer, "-z"], cwd=data)),
            ):
                figures.setdefault(what, []).append(took)
    model = re.search(r"model name\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text())
    print(f"\nMachine: {os.cpu_count()} × {model[1] if model else platform.machine()}, Linux {platform.release()}. "
          f"Median (least–most) of {arguments.rounds} runs, {arguments.pairs:,} pairs, {arguments.proc} threads.\n\n"
          "| what | s | s of processors |\n| --- | --- | --- |")
    for what, values in figures.items():
        columns = [f"{statistics.median(each):.1f} ({min(each):.1f}–{max(each):.1f})" for each in zip(*values)]
        print(f"| {what} | {' | '.join(columns)} |")


if __name__ == "__main__":
    main()
