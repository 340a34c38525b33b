"""Reads as a sequencer hands them over, and the files they come in."""
import gzip
import io
import os

from dataset.genetics import BASES, COMP, Rng

ADAPTERS = ("AGATCGGAAGAGCACACGTCTGAACTCCAGTCAC", "AGATCGGAAGAGCGTCGTGTAGGGAAAGAGTGTA")
SMALL_ADAPTERS = ("TGGAATTCTCGGGTGCCAAGG",)


class Reads:
    adapters = ADAPTERS

    def __init__(self, seed, layout, short, long, *sample):
        self.r, self.layout, self.short, self.long = Rng(seed, "reads", layout, *sample), layout, short, long
        self.error = [10 ** (-q / 10) for q in range(60)]

    def junk(self):
        return self.r.dna(320)

    def fragment(self, seq, circular=False):
        r = self.r
        n = r.int(60, 130) if r.f() < .04 else max(130, int(r.normal(320, 45)))
        return self.cut(seq, min(n, len(seq)), circular)

    def cut(self, seq, n, circular):
        r = self.r
        at = r.int(0, len(seq) - 1 if circular else len(seq) - n)
        piece = (seq + seq if circular else seq)[at:at + n].upper()
        return piece[::-1].translate(COMP) if r.f() < .5 else piece

    def read(self, piece, mate):
        r, f = self.r, self.r.f
        n = self.long if self.layout == "paired" else r.int(self.short, self.long)
        s = (piece + self.adapters[mate] + "A" * n)[:n] if len(piece) < n else piece[:n]
        kind = f()
        if kind < .03:
            top, cut = 17, n
        elif kind < .10:
            top, cut = 38, n - r.int(15, 55)
        else:
            top, cut = 38, n
        out, qual = [], []
        for i, b in enumerate(s):
            q = int(top - 7 * i / n + 4 * f() - 2) if i < cut else int(3 + 10 * f())
            q = 2 if q < 2 else 40 if q > 40 else q
            e = f()
            if e < self.error[q] or b == "N":
                if b == "N" or q < 5 and e < .02:
                    b, q = "N", 2
                else:
                    b = BASES[(BASES.index(b) + 1 + int(f() * 3)) % 4]
            out.append(b)
            qual.append(chr(33 + q))
        return "".join(out), "".join(qual)


class SmallReads(Reads):
    """Small RNA of 21 to 24 bases, read with its adapter behind it."""
    adapters = SMALL_ADAPTERS

    def __init__(self, seed, *sample):
        super().__init__(seed, "single", 50, 50, "small", *sample)

    def length(self):
        f = self.r.f()
        return 21 if f < .45 else 22 if f < .7 else 24 if f < .9 else 23

    def junk(self):
        return self.r.dna(self.length())

    def fragment(self, seq, circular=False):
        return self.cut(seq, min(self.length(), len(seq)), circular)


def dump(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as h:
        h.write(text)


def gz(path, lines):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as h:
        with io.TextIOWrapper(h, encoding="ascii") as t:
            t.writelines(lines)
