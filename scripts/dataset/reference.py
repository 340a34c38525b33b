"""Viruses of families that share proteins, a host that carries one, and viruses that nobody knows."""
from dataset.genetics import Rng, evolve_protein, mutate, segment

CLUSTERS = [  # (vFam cluster number, name, residues, is it a decoy that no virus here carries)
    (11, "RNA-dependent RNA polymerase", 420, False), (23, "RNA helicase", 330, False),
    (37, "coat protein", 220, False), (41, "movement protein", 250, False),
    (58, "cysteine protease", 190, False), (64, "silencing suppressor", 130, False),
    (72, "DNA polymerase", 300, True), (85, "spike glycoprotein", 240, True)]
FAMILIES = [  # (name, segments; each segment is a list of clusters, 0 = a filler ORF of the given residues)
    ("Alphasynviridae", [[11, 23, (0, 900), 41, 37]]),
    ("Betasynviridae", [[23, (0, 300)], [11], [41, 37]]),
    ("Gammasynviridae", [[(0, 700), 58, 11, 37]]),
    ("Deltasynviridae", [[37, 64]]),
    ("Epsilonsynviridae", [[11, 64], [37, 41]])]


def build_reference(seed):
    r = Rng(seed, "reference")
    ancestors, rates, by_family, members = {}, {}, {}, {}
    for cluster, _, n, decoy in CLUSTERS:
        ancestors[cluster] = r.protein(n)
        rates[cluster] = [.15 if r.f() < .35 else 1. for _ in range(n)]
        members[cluster] = []
        if decoy:
            members[cluster] = [("decoy", evolve_protein(r, ancestors[cluster], rates[cluster], .5)) for _ in range(6)]
    viruses, sequences, accession = [], [], r.int(100000, 800000)
    roles = [("segmented", 1), ("nondefault", 0), ("mixture", 2), ("trace", 4), ("chimera", 0), ("eve", 2)]
    plan = [(f, role) for role, f in roles]
    while len(plan) < 20:
        plan.append((len(plan) % 5, None))
    r.shuffle(plan)
    for number, (f, role) in enumerate(plan):
        family, layout = FAMILIES[f]
        base = []
        for seg in layout:
            proteins = []
            for c in seg:
                if isinstance(c, tuple):
                    proteins.append((0, r.protein(r.int(c[1] // 2, c[1] * 3 // 2))))
                    continue
                if (f, c) not in by_family:
                    by_family[f, c] = evolve_protein(r, ancestors[c], rates[c], .35)
                pro = evolve_protein(r, by_family[f, c], rates[c], .30)
                members[c].append((number, pro))
                proteins.append((c, pro))
            base.append(segment(r, proteins))
        # a block that all isolates share: reads from it fit every isolate equally well
        blocks = [(a, a + len(q) * 15 // 100) for q, a in ((q, r.int(200, len(q) * 4 // 5 - 1)) for q, _ in base)]
        count = {"segmented": 1, "nondefault": 3, "mixture": 2, "trace": 1}.get(role) or r.int(1, 3)
        virus_id, isolates = r.ident(), []
        for k in range(count):
            divergence = 0 if k == 0 else (.06 if role == "mixture" else .05 + .03 * r.f())
            iso = {"isolate_id": r.ident(), "source_type": "isolate", "source_name": "%s-%d" % (r.pick("ABKQTX"), r.int(1, 99)),
                   "default": k == 0, "sequence_count": len(base)}
            isolates.append(iso)
            for s, (seq, orfs) in enumerate(base):
                accession += r.int(1, 40)
                sequences.append({"_id": "SY_%06d" % accession, "isolate_id": iso["isolate_id"], "host": "Nicotiana synthetica",
                                  "definition": "Synthetic %s virus %d segment %d" % (family[:-10].lower(), number + 1, s + 1),
                                  "sequence": mutate(r, seq, [(a, b) for a, b, _, _ in orfs], divergence, blocks[s]), "annotated": True, "_version": 0})
        version = r.int(0, 4)
        viruses.append({"_id": virus_id, "name": "Synthetic %s virus %d" % (family[:-10].lower(), number + 1),
                        "abbreviation": "SV%02d" % (number + 1), "isolates": isolates, "modified": False, "_version": version,
                        "last_indexed_version": r.pick([None, version, max(0, version - 1)]), "_role": role, "_family": family})
    # the chimera takes 700 nt from the nondefault virus, the middle half of them unchanged
    role_of = {v["_role"]: v for v in viruses if v["_role"]}
    seq_of = {}
    for s in sequences:
        seq_of.setdefault(s["isolate_id"], []).append(s)
    present_iso = role_of["nondefault"]["isolates"][1 + r.int(0, 1)]
    donor = seq_of[present_iso["isolate_id"]][0]["sequence"]
    at = r.int(300, len(donor) - 1300)
    piece = mutate(r, donor[at:at + 700], [], .05, (175, 525))
    for iso in role_of["chimera"]["isolates"]:
        s = seq_of[iso["isolate_id"]][0]
        s["sequence"] = s["sequence"][:400] + piece + s["sequence"][1100:]
    return viruses, sequences, role_of, seq_of, present_iso, ancestors, rates, by_family, members


def build_host(seed, eve_sequence):
    r = Rng(seed, "host")
    at = r.int(200, len(eve_sequence) - 900)
    eve = mutate(r, eve_sequence[at:at + 600], [], .05)
    names, parts = [], []
    for k, n in enumerate((72000, 51000, 38000, 26000, 13000)):
        seq = r.dna(n + r.int(-900, 900), .38)
        if k == 2:
            p = r.int(5000, 20000)
            seq = seq[:p] + eve + seq[p + 600:]
        if k == 1:
            p = r.int(5000, 20000)
            seq = seq[:p] + "N" * 500 + seq[p + 500:]
        for _ in range(4):
            p, w = r.int(0, n - 4000), r.int(200, 2000)
            seq = seq[:p] + seq[p:p + w].lower() + seq[p + w:]
        names.append("chr%d synthetic host" % (k + 1))
        parts.append(seq)
    return names, parts, (2, parts[2].upper().find(eve), 600)


def build_unknown(seed, rates, by_family):
    r = Rng(seed, "unknown")
    wanted = [11, 23, 41, 37]
    novel, orfs = segment(r, [(c, evolve_protein(r, by_family[0, c], rates[c], .45)) for c in wanted])
    orphan, orphan_orfs = segment(r, [(0, r.protein(r.int(280, 360)))])
    return novel, orfs, orphan, orphan_orfs


def stats(parts):
    lengths = [len(p) for p in parts]
    total = sum(lengths)
    return {"count": len(parts), "lengths": {"total": total, "mean": round(total / len(parts)), "max": max(lengths), "min": min(lengths)},
            "nucleotides": {b: round(sum(p.lower().count(b) for p in parts) / total, 3) for b in "atgcn"}}
