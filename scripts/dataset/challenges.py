"""What ring tests found hard: each challenge plants something in a sample and says what must come of it."""
import dataclasses
import math

from dataset.genetics import Rng, mutate


@dataclasses.dataclass
class Source:
    """A sequence that reads come from."""
    label: str
    sequence: str
    count: int
    virus_id: str = None
    circular: bool = False


class Laboratory:
    """The reference with what challenges add to it, and the viruses that no sample holds yet."""

    def __init__(self, seed, viruses, sequences, host, options):
        self.seed, self.viruses, self.sequences, self.host = seed, viruses, sequences, host
        self.by_isolate = {}
        for s in sequences:
            self.by_isolate.setdefault(s["isolate_id"], []).append(s)
        self.pool = Rng(seed, "challenges").shuffle([v for v in viruses if v["_role"] is None])
        self.added = {}
        if options.viroid:
            self.viroid()
        if options.decoys:
            self.decoys()
        if options.alien:
            self.added["alien"] = self.add("Synthetic alien virus", "SAV", Rng(seed, "alien").dna(4000))

    def add(self, name, abbreviation, sequence):
        """A virus of one isolate and one segment, behind all others in the reference."""
        r = Rng(self.seed, "added", abbreviation)
        isolate = {"isolate_id": r.ident(), "source_type": "isolate", "source_name": "X-1", "default": True, "sequence_count": 1}
        virus = {"_id": r.ident(), "name": name, "abbreviation": abbreviation, "isolates": [isolate], "modified": False,
                 "_version": 0, "last_indexed_version": None, "_role": "added", "_family": None}
        document = {"_id": "SY_%s" % abbreviation, "isolate_id": isolate["isolate_id"], "host": "Nicotiana synthetica",
                    "definition": name, "sequence": sequence, "annotated": True, "_version": 0}
        self.viruses.append(virus)
        self.sequences.append(document)
        self.by_isolate[isolate["isolate_id"]] = [document]
        return virus

    def viroid(self):
        r = Rng(self.seed, "viroid")
        self.added["viroid"] = self.add("Synthetic viroid", "SVd", r.dna(r.int(250, 400), .58))

    def decoys(self):
        r = Rng(self.seed, "decoys")
        unit = r.pick(["CA", "AG", "GAA", "CTT", "A"])
        tract = (unit * 140)[:140]
        self.simple = [r.dna(r.int(20, 120), .38) + (unit * 200)[:r.int(150, 200)] + r.dna(r.int(20, 120), .38) for _ in range(4)]
        virus = r.dna(1500) + tract + r.dna(1500)
        self.added["low_complexity"] = self.add("Synthetic decoy virus of low complexity", "SDL", virus)
        at = r.int(22000, 30000)
        gene = mutate(r, self.host[0][at:at + 400].upper(), [], .04)
        self.added["host_like"] = self.add("Synthetic decoy virus with a gene of the host", "SDH", r.dna(1300) + gene + r.dna(1300))
        # A second copy of the gene that the host's genome lacks, and that is nearer to the virus than the known one.
        self.paralogue = r.dna(150, .38) + mutate(r, gene, [], .02) + r.dna(150, .38)
        self.host_gene = self.host[0][at - 150:at + 550].upper()

    def draw(self, isolates=1):
        """A virus that no sample holds yet, of at least so many isolates if there is one."""
        if not self.pool:
            raise ValueError("the reference has no virus left that could be planted: ask for fewer depths or a smaller batch")
        fit = next((v for v in self.pool if len(v["isolates"]) >= isolates), self.pool[0])
        self.pool.remove(fit)
        return fit

    def genome(self, virus, isolate=0):
        """The documents and sequences of an isolate, the default one if no other is asked for."""
        return [(s, s["sequence"]) for s in self.by_isolate[virus["isolates"][isolate]["isolate_id"]]]


def whole(genome):
    """All segments, one behind the other."""
    return "".join(sequence for _, sequence in genome)


def identity(a, b):
    """Of two sequences that differ by substitutions."""
    return round(sum(x == y for x, y in zip(a, b)) / len(a), 4)


class Plot:
    """What one sample is made of, beside its host."""

    def __init__(self, lab, number):
        self.lab, self.r = lab, Rng(lab.seed, "sample", number, "challenges")
        self.sources, self.present, self.absent, self.names = [], [], [], []

    def draw_between(self, bounds):
        """A number between two, each order of magnitude as likely as another."""
        low, high = bounds
        return low if low == high else low * (high / low) ** self.r.f()

    def reads(self, label, virus, sequences, depth, circular=False):
        """Puts reads of a virus into the sample, `depth` a kilobase of each of its sequences."""
        rows = []
        for document, sequence in sequences:
            source = Source("%s:%s" % (label, document["_id"]), sequence, max(1, math.ceil(depth * len(sequence) / 1000)), virus["_id"], circular)
            self.sources.append(source)
            rows.append({"sequence_id": document["_id"], "label": source.label, "length": len(sequence)})
        return rows

    def plant(self, challenge, virus, rows, depth, **more):
        """Says that a virus is in the sample."""
        self.present.append(dict(challenge=challenge, virus_id=virus["_id"], name=virus["name"],
                                 planted_per_kilobase=round(depth, 2), sequences=rows, **more))

    def strain(self, bounds, depth):
        """A strain that differs from its nearest isolate by what the bounds, percents of identity, allow."""
        virus = self.lab.draw()
        wanted = bounds[0] + (bounds[1] - bounds[0]) * self.r.f()
        # Of any isolate: that of an index need not be the nearest.
        origin = self.r.int(0, len(virus["isolates"]) - 1)
        genome = [(s, mutate(self.r, sequence, [], 1 - wanted / 100)) for s, sequence in self.lab.genome(virus, origin)]
        known = [whole(self.lab.genome(virus, k)) for k in range(len(virus["isolates"]))]
        nearest = max(identity(whole(genome), k) for k in known)
        self.plant("strain", virus, self.reads("strain", virus, genome, depth), depth, nearest_identity=nearest)

    def strains(self, bounds, depth):
        """Two strains of one virus, of which one is its default isolate."""
        virus = self.lab.draw()
        wanted = bounds[0] + (bounds[1] - bounds[0]) * self.r.f()
        first = self.lab.genome(virus)
        second = [(s, mutate(self.r, sequence, [], 1 - wanted / 100)) for s, sequence in first]
        share = .5 + .3 * self.r.f()
        rows = self.reads("strain1", virus, first, depth * share) + self.reads("strain2", virus, second, depth * (1 - share))
        self.plant("strains", virus, rows, depth, strains_identity=identity(whole(first), whole(second)), share=round(share, 4))

    def dilution(self, depths):
        """One virus for each depth."""
        for depth in depths:
            virus = self.lab.draw()
            self.plant("dilution", virus, self.reads("dilution", virus, self.lab.genome(virus), depth), depth)

    def deletion(self, depth):
        """A defective genome, of whose longest segment 35 to 55 % are missing."""
        virus = self.lab.draw()
        genome = self.lab.genome(virus)
        longest = max(range(len(genome)), key=lambda k: len(genome[k][1]))
        document, sequence = genome[longest]
        missing = int(len(sequence) * (.35 + .2 * self.r.f()))
        at = self.r.int(len(sequence) // 10, len(sequence) * 9 // 10 - missing)
        genome[longest] = (document, sequence[:at] + sequence[at + missing:])
        self.plant("deletion", virus, self.reads("deletion", virus, genome, depth), depth,
                   deleted={"sequence_id": document["_id"], "start": at, "length": missing})

    def recombinant(self, depth):
        """The beginning of one isolate, the end of another: they cross between 30 and 70 % of each segment."""
        virus = self.lab.draw(isolates=2)
        genome, crossings = [], []
        for (a, left), (b, right) in zip(self.lab.genome(virus), self.lab.genome(virus, -1)):
            cross = int(len(left) * (.3 + .4 * self.r.f()))
            genome.append((a, left[:cross] + right[cross:]))
            crossings.append({"sequence_ids": [a["_id"], b["_id"]], "at": cross})
        self.plant("recombinant", virus, self.reads("recombinant", virus, genome, depth), depth, crossings=crossings)

    def viroid(self, depth):
        """A circle that differs from the reference by 2 %, and begins elsewhere."""
        virus = self.lab.added["viroid"]
        [(document, sequence)] = self.lab.genome(virus)
        circle = mutate(self.r, sequence, [], .02)
        rows = self.reads("viroid", virus, [(document, circle)], depth, circular=True)
        self.plant("viroid", virus, rows, depth, nearest_identity=identity(circle, sequence))

    def alien(self, depth):
        """A virus that no other sample of the batch can have: where it is found, reads have strayed."""
        virus = self.lab.added["alien"]
        self.plant("alien", virus, self.reads("alien", virus, self.lab.genome(virus), depth), depth)

    def decoys(self, fragments):
        """Reads that look like viruses which are not there: repeats, and a gene of the host."""
        lab = self.lab
        for number, repeat in enumerate(lab.simple):
            self.sources.append(Source("decoy:simple%d" % (number + 1), repeat, max(1, fragments // 200)))
        self.sources.append(Source("decoy:paralogue", lab.paralogue, max(1, fragments // 100)))
        self.sources.append(Source("decoy:host_gene", lab.host_gene, max(1, fragments // 100)))
        for kind in ("low_complexity", "host_like"):
            virus = lab.added[kind]
            self.absent.append({"challenge": "decoys", "kind": kind, "virus_id": virus["_id"], "name": virus["name"]})

    def ribosomal(self, share, fragments):
        """Ribosomal RNA, which is in every sample and not in the genome of the host."""
        r = Rng(self.lab.seed, "ribosomal")
        for name, length, part in (("18S", 1800, .3), ("25S", 3400, .55), ("16S plastid", 1500, .15)):
            self.sources.append(Source("ribosomal:" + name, r.dna(length, .52), round(fragments * share * part)))


# Those of which a batch has one in each sample, in this order.
IN_TURN = ("strain", "strains", "dilution", "deletion", "recombinant", "viroid", "decoys")


def given(options):
    """The challenges that a command line asks for."""
    return [name for name in IN_TURN if getattr(options, name) not in (None, False)]


def set_up(plot, names, options, fragments):
    """Plants the named challenges in a sample."""
    for name in names:
        depth = plot.draw_between(options.depth)
        if name in ("strain", "strains"):
            getattr(plot, name)(getattr(options, name), depth)
        elif name == "dilution":
            plot.dilution(options.dilution)
        elif name == "decoys":
            plot.decoys(fragments)
        elif name == "alien":
            plot.alien(options.alien_depth)
        else:
            getattr(plot, name)(depth)
        plot.names.append(name)
    if options.ribosomal is not None:
        plot.ribosomal(options.ribosomal, fragments)
        plot.names.append("ribosomal")


def hop(seed, orders, rate):
    """Moves each read by this chance into another sample of its batch.

    `orders` has for each sample the list of (sample, source) that its reads come from; the answer as well.
    """
    if rate == 0 or len(orders) < 2:
        return orders
    r, moved = Rng(seed, "hopping"), [[] for _ in orders]
    for number, order in enumerate(orders):
        for read in order:
            at = number
            if r.f() < rate:
                at = r.int(0, len(orders) - 2)
                at += at >= number
            moved[at].append(read)
    for number, order in enumerate(moved):
        Rng(seed, "hopping", number).shuffle(order)
    return moved
