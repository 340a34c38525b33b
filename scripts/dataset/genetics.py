"""Chance that is the same for a seed everywhere, and sequences that evolve."""
import hashlib
import random

AA = "ACDEFGHIKLMNPQRSTVWY"
GROUPS = ["AGST", "DENQ", "HKR", "ILMV", "FWY", "C", "P"]
GROUP_OF = {a: g for g in GROUPS for a in g}
BASES = "ACGT"
CODONS = {}
for _i, _a in enumerate("FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG"):
    CODONS.setdefault(_a, []).append("TCAG"[_i // 16] + "TCAG"[_i // 4 % 4] + "TCAG"[_i % 4])
STOPS = set(CODONS["*"])
COMP = str.maketrans("ACGTNacgtn", "TGCANtgcan")


class Rng:
    def __init__(self, *key):
        self.f = random.Random(int(hashlib.sha256(repr(key).encode()).hexdigest()[:15], 16)).random

    def int(self, a, b):
        return a + int(self.f() * (b - a + 1))

    def pick(self, items):
        return items[int(self.f() * len(items))]

    def shuffle(self, items):
        for i in range(len(items) - 1, 0, -1):
            j = int(self.f() * (i + 1))
            items[i], items[j] = items[j], items[i]
        return items

    def normal(self, mean, sd):
        return mean + sd * (sum(self.f() for _ in range(12)) - 6)

    def ident(self, n=8):
        return "".join(self.pick("abcdefghijkmnpqrstuvwxyz23456789") for _ in range(n))

    def dna(self, n, gc=0.45):
        return "".join((("G" if self.f() < .5 else "C") if self.f() < gc else ("A" if self.f() < .5 else "T")) for _ in range(n))

    def protein(self, n):
        return "M" + "".join(self.pick(AA) for _ in range(n - 1))


def evolve_protein(r, pro, rates, p):
    out = [pro[0]]
    for a, rate in zip(pro[1:], rates[1:]):
        if r.f() < p * rate:
            a = r.pick(GROUP_OF[a]) if r.f() < .6 else r.pick(AA)
        out.append(a)
    return "".join(out)


def back_translate(r, pro):
    return "".join(r.pick(CODONS[a]) for a in pro) + r.pick(CODONS["*"])


def mutate(r, seq, orfs, p, keep=(0, 0)):
    """Substitutions at rate p outside keep that never put a stop into an ORF; orfs = [(start, end)] on the + strand."""
    s, frame = list(seq), {}
    for a, b in orfs:
        for x in range(a, b):
            frame[x] = x - (x - a) % 3
    for i in range(len(s)):
        if r.f() < p and not keep[0] <= i < keep[1]:
            old = s[i]
            s[i] = r.pick([b for b in BASES if b != old])
            c = frame.get(i)
            if c is not None and ("".join(s[c:c + 3]) in STOPS) != (seq[c:c + 3] in STOPS):
                s[i] = old
    return "".join(s)


def segment(r, proteins):
    """[(cluster, protein)] -> (sequence, [(start, end, cluster, protein)])"""
    seq, orfs = r.dna(r.int(50, 110)), []
    for cluster, pro in proteins:
        gene = back_translate(r, pro)
        orfs.append((len(seq), len(seq) + len(gene), cluster, pro))
        seq += gene + r.dna(r.int(15, 60))
    return seq + r.dna(r.int(70, 180)), orfs
