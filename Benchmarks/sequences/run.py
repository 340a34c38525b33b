#!/usr/bin/env python3
"""Measures how fast reads and alignments are read and reassigned, beside the tools that write or read the same.

Makes up viruses of three isolates each and reads of them, the same in each run. Beside the statistics of
quality runs FastQC, on the same file, and the numbers of both are compared; beside the reading of SAM
runs bowtie2, which writes it. A tool that is not installed is left out. Prints Markdown.

    Benchmarks/sequences/run.py [--reads 100000] [--rounds 3]
"""
import argparse
import gzip
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

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
VIRUSES, ISOLATES, LENGTH, READ = 20, 3, 5000, 150


def build():
    package = ROOT / ".build/sequences-benchmark"
    package.mkdir(parents=True, exist_ok=True)
    for name, place in (("Sources", ROOT / "Sources"), ("Benchmark", HERE),
                        ("Package.swift", HERE / "Package.swift")):
        link = package / name
        link.unlink(missing_ok=True)
        link.symlink_to(place)
    command = ["swift", "build", "-c", "release", "--package-path", str(package)]
    subprocess.run(command, check=True)
    folder = subprocess.run([*command, "--show-bin-path"], check=True, capture_output=True, text=True)
    return os.path.join(folder.stdout.strip(), "sequences-benchmark")


def changed(rng, sequence, share):
    return "".join(rng.choice("ACGT") if rng.random() < share else base for base in sequence)


def make_data(folder, count):
    """Writes viruses.fa and reads.fastq[.gz]: 150 bases each, worse towards the end, a few errors."""
    rng = random.Random(11)
    sequences = []
    for _ in range(VIRUSES):
        virus = "".join(rng.choices("ACGT", k=LENGTH))
        sequences += [changed(rng, virus, 0.06) for _ in range(ISOLATES)]
    with open(folder / "viruses.fa", "w") as file:
        for number, sequence in enumerate(sequences):
            file.write(f">virus_{number // ISOLATES}.{number % ISOLATES}\n{sequence}\n")
    qualities = ["".join(chr(33 + min(41, max(2, round(rng.gauss(38 - cycle / 20, 2)))))
                         for cycle in range(READ)) for _ in range(2000)]
    with open(folder / "reads.fastq", "w") as file:
        for number in range(count):
            start = rng.randrange(LENGTH - READ)
            bases = list(rng.choice(sequences)[start : start + READ])
            bases[rng.randrange(READ)] = rng.choice("ACGTN")
            file.write(f"@SIM:11:FC11:1:1101:{number}:2000 1:N:0:ACGTAC\n{''.join(bases)}\n+\n"
                       f"{rng.choice(qualities)}\n")
    with open(folder / "reads.fastq", "rb") as file, gzip.open(folder / "reads.fastq.gz", "wb", 6) as packed:
        shutil.copyfileobj(file, packed)


def ours(program, *arguments):
    """What the program says: a list of rows for each word."""
    text = subprocess.run([program, *map(str, arguments)], check=True, capture_output=True, text=True)
    said = {}
    for line in text.stdout.splitlines():
        word, *values = line.split("\t")
        said.setdefault(word, []).append(values)
    return said


def number(said, word):
    return float(said[word][0][0])


def processor_time(command, **options):
    """How long a tool kept processors busy, in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(list(map(str, command)), check=True, stderr=subprocess.DEVNULL, **options)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def fastqc(folder, name):
    """FastQC's time, and the mean and percentiles of each cycle that it found."""
    seconds = processor_time(["fastqc", "--quiet", "--nogroup", "--extract", "-o", folder, folder / name])
    text = (folder / "reads_fastqc/fastqc_data.txt").read_text()
    module = text.split(">>Per base sequence quality")[1].split(">>END_MODULE")[0]
    rows = [line.split("\t")[1:] for line in module.splitlines()[2:]]
    return seconds, [[float(value) for value in row] for row in rows]


def measure_quality(program, folder, note):
    size = (folder / "reads.fastq").stat().st_size / 1e6
    for name in ("reads.fastq", "reads.fastq.gz"):
        said = ours(program, "quality", folder / name)
        note(f"statistics of quality, `{name}`: MB of text/s", number(said, "MB/s"))
        if not shutil.which("fastqc"):
            continue
        seconds, rows = fastqc(folder, name)
        note(f"for comparison: FastQC, `{name}`: MB of text/s", size / seconds)
        if rows != [[float(value) for value in row] for row in said["cycle"]]:
            raise SystemExit("sequences: FastQC says other numbers")


def measure_alignments(program, folder, note):
    if not shutil.which("bowtie2-align-s"):
        return
    if not (folder / "viruses.1.bt2").exists():
        subprocess.run(["bowtie2-build", "-q", folder / "viruses.fa", folder / "viruses"], check=True)
    with open(folder / "reads.sam", "wb") as file:
        seconds = processor_time(
            ["bowtie2-align-s", "--wrapper", "basic-0", "--local", "--score-min", "L,20,1.0", "-N", "0", "-L",
             "15", "-k", "100", "-x", folder / "viruses", "-U", folder / "reads.fastq"], stdout=file)
    said = ours(program, "sam", folder / "reads.sam")
    note("reading SAM: MB/s", number(said, "MB/s"))
    note("reading SAM and gathering what is reassigned: MB/s", number(said, "MB/s into the matrix"))
    note("for comparison: bowtie2 writes it: MB/s", number(said, "MB") / seconds)
    note("reassignment of these reads: ms", 1000 * number(said, "reassignment, seconds"))


def measure_reassignment(program, folder, note):
    said = ours(program, "reassignment")
    note("reassignment of 62,000 fragments with 286,000 alignments: ms", 1000 * number(said, "seconds"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reads", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    program = build()
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        make_data(folder, arguments.reads)
        for _ in range(arguments.rounds):
            for measure in (measure_quality, measure_alignments, measure_reassignment):
                measure(program, folder, lambda what, value: figures.setdefault(what, []).append(value))
    model = re.search(r"model name\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text())
    print(f"\nMachine: {os.cpu_count()} × {model[1] if model else platform.machine()}, "
          f"Linux {platform.release()}. Median (least–most) of {arguments.rounds} runs, "
          f"{arguments.reads:,} reads.\n\n| what | value |\n| --- | --- |")
    for what, values in figures.items():
        digits = 1 if max(values) < 100 else 0
        print(f"| {what} | {statistics.median(values):,.{digits}f} "
              f"({min(values):,.{digits}f}–{max(values):,.{digits}f}) |")


if __name__ == "__main__":
    main()
