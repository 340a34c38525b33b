#!/usr/bin/env python3
"""Makes reads.fastq, and fastqc.txt from what FastQC 0.11.9 (`fastqc` of Debian 12) says of them.

The same bytes each time. There are more than 100 reads, or FastQC would leave out all percentiles, and
few long ones, so that it leaves them out in the last cycles (NaN).
"""
import pathlib
import random
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
MODULES = ("Basic Statistics", "Per base sequence quality", "Per sequence quality scores",
           "Per base sequence content")


def reads(rng):
    for number in range(130):
        length = 40 if number < 70 else rng.randint(20, 39)
        level = rng.gauss(32, 4)
        bases = "".join(rng.choices("ACGTNacgt", weights=(30, 20, 18, 30, 2, 1, 1, 1, 1), k=length))
        signs = (33 + min(41, max(2, round(rng.gauss(level - cycle / 4, 3)))) for cycle in range(length))
        yield f"@read:{number} 1:N:0\n{bases}\n+\n{''.join(map(chr, signs))}\n"


def main():
    path = HERE / "reads.fastq"
    path.write_text("".join(reads(random.Random(7))))
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["fastqc", "--quiet", "--nogroup", "--extract", "-o", folder, path], check=True)
        text = pathlib.Path(folder, "reads_fastqc/fastqc_data.txt").read_text()
    modules = text.split(">>END_MODULE\n")
    kept = [module for module in modules if module.split(">>")[-1].startswith(MODULES)]
    (HERE / "fastqc.txt").write_text(">>END_MODULE\n".join(kept))


if __name__ == "__main__":
    main()
