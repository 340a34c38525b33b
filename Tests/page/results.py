"""Results as the built-in tasks make them, with figures like those of a small laboratory sample."""

import math
import random

HOST = {
    "id": "prunus_persica", "name": "Prunus persica", "description": "Peach", "file": "hosts/prunus_persica.fa", "count": 8,
    "lengths": {"total": 227_411_381, "mean": 28_426_423, "max": 47_851_208, "min": 22_573_980},
    "nucleotides": {"a": 0.309, "t": 0.31, "g": 0.189, "c": 0.188, "n": 0.004},
    "nucleotide_counts": {"a": 70_270_117, "t": 70_497_528, "g": 42_980_751, "c": 42_753_340, "n": 909_645},
    "index": [{"name": f"reference.{n}.bt2", "size": 61_000_000} for n in (1, 2, 3, 4, "rev.1", "rev.2")] + [{"name": "GenomeIndexHash", "size": 1_400_000_000}],
    "tools": {"bowtie2": "2.5.0", "snap-aligner": "2.0.2"},
}

INDEX = {
    "reference": "viruses", "version": 3, "virus_count": 20, "modified_virus_count": 4, "modification_count": 11, "sequence_count": 61,
    "manifest": {f"v{n:03}": 1 + n % 4 for n in range(20)}, "tools": {"bowtie2": "2.5.0", "snap-aligner": "2.0.2"},
}

VIRUSES = [
    ("Apple stem grooving virus", "ASGV", [("isolate T-1", True, [("NC_001749", "complete genome", 6496)])]),
    ("Prunus necrotic ringspot virus", "PNRSV", [("isolate Pch12", False, [
        ("NC_004362", "RNA 1", 3332), ("NC_004363", "RNA 2", 2591), ("NC_004364", "RNA 3", 1957)])]),
    ("Plum pox virus", "PPV", [("strain D", True, [("NC_001445", "complete genome", 9741)]), ("strain Rec", False, [("AY028309", "complete genome", 9786)])]),
    ("Cherry virus A", "CVA", [("isolate Bing", True, [("NC_003689", "complete genome", 7383)])]),
]
PARTS = {"NC_001749": 0.4407, "NC_004362": 0.13, "NC_004363": 0.101, "NC_004364": 0.089, "NC_001445": 0.1763, "AY028309": 0.0488, "NC_003689": 0.0142}


def sample(cycles=100, paired=True):
    def quality(cycle):
        end = cycle / cycles
        median = round(38 - 1.5 * math.exp(-cycle / 3) * 4 - 9 * end**4)
        return [round(median - 0.8 - 2 * end**2, 2), median, round(median - 2 - 5 * end**2), min(40, median + 2), round(median - 5 - 13 * end**2), min(41, median + 3)]

    def composition(cycle):
        swing = 6 * math.exp(-cycle / 4) * math.cos(cycle)
        return [round(each, 2) for each in (21.4 + swing, 29.1 - swing, 28.3 + swing / 2, 21.2 - swing / 2)]

    files = ["reads_1.fastq.gz", "reads_2.fastq.gz"] if paired else ["reads_1.fastq.gz"]
    return {
        "id": "s_0219", "name": "Peach leaf 17", "paired": paired, "subtraction": "prunus_persica",
        "raw_files": [f"run7/{name}" for name in files], "files": [{"name": name, "size": 1_284_112 + 9_000 * n} for n, name in enumerate(files)],
        "trimming": {"library_type": "normal", "min_length": 50, "quality": 20, "mean_quality": 25, "adapter": None},
        "trimmed": {"raw_reads": 20_000, "kept_reads": 18_888, "too_short": 1_000, "too_bad": 112}, "warnings": [],
        "quality": {
            "count": 18_888, "encoding": "Sanger / Illumina 1.9", "length": [50, cycles], "gc": 43,
            "bases": [quality(n) for n in range(cycles)], "composition": [composition(n) for n in range(cycles)],
            "sequences": [0] * 29 + [12, 60, 180, 420, 980, 2_100, 3_400, 5_100, 4_200, 1_800, 560, 76] + [0] * 9,
        },
        "tools": {"skewer": "0.2.2"},
    }


def depths(mean, seed, gaps=()):
    chance = random.Random(seed)
    at = [max(0.1, mean * (1 + 0.35 * math.sin(n / 17 + seed) + chance.uniform(-0.18, 0.18)) * min(1, (n + 3) / 14, (203 - n) / 14)) for n in range(200)]
    return [0 if any(first <= n < last for first, last in gaps) else round(value, 2) for n, value in enumerate(at)]


def sequence(virus, abbreviation, isolate, is_default, _id, definition, length, part, seed=0):
    gaps = [(0, 4), (90, 104)] if part < 0.05 else []
    reads = round(2_542 * part, 1)
    along = depths(reads * 95 / length, seed, gaps)
    return {
        "id": _id, "definition": f"{virus}, {definition}", "length": length,
        "virus": {"id": f"v_{abbreviation.lower()}", "name": virus, "abbreviation": abbreviation, "version": 4},
        "isolate": {"id": f"i_{abbreviation.lower()}_{isolate}", "name": isolate, "default": is_default},
        "pi": part, "best": round(part * 0.98, 4), "reads": reads, "initial": {"pi": part * 0.9, "best": part * 0.9, "reads": reads * 0.9},
        "coverage": sum(each > 0 for each in along) / 200, "depth": round(sum(along) / 200, 2), "depths": along,
    }


def pathoscope(viruses=None, algorithm="pathoscope_bowtie"):
    chosen = VIRUSES if viruses is None else viruses
    diagnosis = [
        sequence(name, short, isolate, is_default, _id, definition, length, PARTS.get(_id, 0.01), seed)
        for seed, (name, short, isolates) in enumerate(chosen) for isolate, is_default, sequences in isolates for _id, definition, length in sequences
    ]
    return {
        "id": "a1", "algorithm": algorithm, "sample": {"id": "s_0219", "name": "Peach leaf 17"}, "reference": {"id": "viruses", "name": "Plant viruses", "index": 3},
        "host": "prunus_persica", "read_count": 2_542, "candidate_count": 7, "subtracted_count": 121,
        "diagnosis": sorted(diagnosis, key=lambda each: -each["pi"]), "tools": {"bowtie2": "2.5.0"},
    }


def judged():
    """Each of the four viruses judged: two found, one uncertain, one weak."""
    result = pathoscope()
    order = list({each["virus"]["id"]: each["virus"] for each in result["diagnosis"]}.values())
    verdicts = [("found", "supported", "1,410 reads lie on 99.5 % of a sequence"), ("found", "supported", "320 reads lie on 97 % of a sequence"),
                ("uncertain", "partial", "reads lie on 35 % of the sequence, less than 50 %"), ("weak", "few_reads", "3 reads, fewer than 10: perhaps a contamination")]
    findings = [
        {"virus": virus, "verdict": verdict, "reasons": [{"code": code, "text": text}], "reads": 1_410 / 4 ** n, "share": 0.05 / 4 ** n,
         "breadth": 0.99 / 2 ** n, "depth": 8 / 2 ** n, "sequence": "S", "isolate": {"id": "i", "name": "isolate I", "default": True}}
        for n, (virus, (verdict, code, text)) in enumerate(zip(order, verdicts, strict=True))
    ]
    return {**result, "sample_reads": 28_200, "thresholds": {"least_reads": 10, "weak_breadth": 0.2, "found_breadth": 0.5}, "findings": findings}


def healthy():
    return {**pathoscope([]), "read_count": 0, "candidate_count": 1}


def many_viruses(count=60):
    return pathoscope([(f"Virus number {n}", f"V{n}", [(f"isolate {n}", True, [(f"SEQ_{n}_{part}", f"RNA {part}", 2_000) for part in (1, 2)])]) for n in range(count)])


def thousands(count=20_000):
    """As many findings as viruses are known: a result that no store holds, and of which a third has weak support."""
    result = many_viruses(1)
    entry = result["diagnosis"][0]
    virus = lambda n: {"id": f"v{n}", "name": f"Virus number {n}", "abbreviation": f"V{n}", "version": 1}
    isolate = {"id": "i", "name": "isolate I", "default": True}
    verdict = lambda n: ("found", "uncertain", "weak")[n % 3]
    return {
        **result, "sample_reads": 1_000_000,
        "diagnosis": [{**entry, "id": f"S{n}", "virus": virus(n), "isolate": isolate, "depths": [n % 7 + 0.25] * 60} for n in range(count)],
        "findings": [
            {"virus": virus(n), "verdict": verdict(n), "reasons": [{"code": "partial", "text": "so"}], "reads": 20, "share": 0.00002,
             "breadth": 0.4, "depth": 2.5, "sequence": f"S{n}", "isolate": isolate}
            for n in range(count)
        ],
    }


FAMILIES = [("vFam_11", 11, "RNA-dependent RNA polymerase"), ("vFam_23", 23, "Coat protein"), ("vFam_37", 37, "Movement protein"), ("vFam_41", 41, None)]


def contig(index, length=4_011, hits=3):
    letters = "".join(random.Random(index).choices("ACGT", k=length))
    places = [(0.02, 0.46, 1, 0), (0.44, 0.66, 1, 2), (0.67, 0.98, 1, 1), (0.3, 0.36, -1, 0), (0.7, 0.72, -1, 2)]
    orfs = []
    for place, (start, end, strand, frame) in enumerate(places):
        profile, cluster, label = FAMILIES[(place + index) % len(FAMILIES)]
        score = 412.7 - 90 * place - index
        hit = {
            "profile": profile, "cluster": cluster, "id": f"h{cluster}" if label else None, "label": label,
            "full_e": 10.0 ** (-max(2, 120 - 30 * place - index / 2)), "full_score": score, "full_bias": 0.3,
            "best_e": 1e-20, "best_score": score - 3, "best_bias": 0.1,
        }
        weaker = {**hit, "profile": "vFam_85", "cluster": 85, "label": "Helicase", "full_e": 0.003, "full_score": 14.2}
        found = [hit, weaker] if place == 0 else [hit]
        orfs.append({
            "index": place, "frame": frame, "strand": strand, "pos": [round(start * length), round(end * length)],
            "pro": "MK" * 20, "nuc": letters[:120], "hits": found if place < hits else [],
        })
    return {"index": index, "length": length, "sequence": letters, "orfs": orfs}


def nearest(identity, coverage):
    return {
        "id": "NC_001445", "definition": "Plum pox virus, complete genome", "length": 9_741,
        "virus": {"id": "v_ppv", "name": "Plum pox virus", "abbreviation": "PPV"},
        "isolate": {"id": "i_ppv_D", "name": "strain D", "default": True}, "identity": identity, "coverage": coverage,
    }


def nuvs_with_verdicts():
    return nuvs([
        {**contig(0), "verdict": "known", "nearest": nearest(0.9312, 0.998), "reads": 812, "depth": 20.24},
        {**contig(1, 2_000), "verdict": "unknown", "nearest": None, "reads": 1_411, "depth": 88.1},
        {**contig(2, 1_138, 1), "verdict": "related", "nearest": nearest(0.741, 0.35), "reads": 92, "depth": 7.91},
    ])


def nuvs(contigs=None):
    chosen = [contig(0), contig(4, 1_138, 1)] if contigs is None else contigs
    return {
        "id": "n1", "algorithm": "nuvs", "sample": {"id": "s_0219", "name": "Peach leaf 17"}, "reference": {"id": "viruses", "name": "Plant viruses", "index": 3},
        "host": "prunus_persica", "read_count": 5_213, "contig_count": max(9, len(chosen)), "contigs": chosen, "tools": {"spades": "3.15.5", "hmmer": "3.3.2"},
    }


def many_contigs(count=200):
    return nuvs([contig(n, 900 + 17 * n) for n in range(count)])


EVERY = {
    "add_host": HOST, "rebuild_index": INDEX, "create_sample": sample(), "pathoscope_bowtie": pathoscope(),
    "pathoscope_snap": pathoscope(algorithm="pathoscope_snap"), "nuvs": nuvs(),
}
