"""The tables: medians of all rounds, and Jobsync by its peers."""
import statistics

from common import machine, spread

# The load, the figure, whom Jobsync is put beside, whether more is better, and words for what is asked.
MARKS = [
    ("burst16", "documents/s", "uWebSockets (socketify)", "≥ 1.5"),
    ("burst16", "documents/s", "Tornado", "≥ 100"),
    ("burst64", "documents/s", "C loop", "≥ 1"),
    ("burst1", "documents/s", "uWebSockets (socketify)", "≥ 1"),
    ("burst16-10k", "documents/s", "uWebSockets (socketify)", "≥ 1.2"),
    ("rate-1k", "p50 ms", "uWebSockets (socketify)", "≤ 1"),
    ("rate-1k", "p99 ms", "uWebSockets (socketify)", "≤ 1"),
    ("rate-5k", "p50 ms", "uWebSockets (socketify)", "≤ 1"),
    ("rate-5k", "p99 ms", "uWebSockets (socketify)", "≤ 1"),
]


def digits(values):
    middle = abs(statistics.median(values))
    return 0 if middle >= 100 else 1 if middle >= 10 else 3 if middle < 0.1 else 2


class Results:
    def __init__(self):
        self.values, self.failures = {}, {}

    def note(self, load, peer, outcome):
        """Takes a load's figures, or the words for why there are none."""
        if isinstance(outcome, str):
            self.failures[load, peer] = outcome
            return
        for figure, value in outcome.items():
            self.values.setdefault((load, figure), {}).setdefault(peer, []).append(value)

    def cell(self, load, figure, peer):
        if values := self.values[load, figure].get(peer):
            text = spread(values, digits(values))
            return text if len(values) > 1 else text.split(" (")[0]
        return self.failures.get((load, peer), "–").split(" (")[0]

    def figures(self, load):
        return [figure for name, figure in self.values if name == load]

    def table(self, loads, peers):
        lines = ["| what | " + " | ".join(peer.title for peer in peers) + " |",
                 "| --- |" + " --- |" * len(peers)]
        for name, words, _ in loads:
            lines += [f"| {words}: {figure} | "
                      + " | ".join(self.cell(name, figure, peer.name) for peer in peers) + " |"
                      for figure in self.figures(name)]
        return "\n".join(lines) if len(lines) > 2 else ""

    def marks(self, words, ours):
        """How many times a peer's figure ours is."""
        lines = ["| ours by theirs | " + " | ".join(ours) + " | asked |",
                 "| --- |" + " --- |" * (len(ours) + 1)]
        for load, figure, peer, asked in MARKS:
            medians = {name: statistics.median(values)
                       for name, values in self.values.get((load, figure), {}).items()}
            if peer in medians and all(name in medians for name in ours):
                ratios = " | ".join(f"{medians[name] / medians[peer]:.2f}" for name in ours)
                lines.append(f"| {words[load]}: {figure}, by {peer} | {ratios} | {asked} |")
        return "\n".join(lines) if len(lines) > 2 else ""

    def why(self):
        """Why a peer lacks figures: one that is not to be had once, else each load."""
        reasons = {}
        for (load, peer), words in self.failures.items():
            part = "" if words.startswith("not to be had") else f", {load}"
            reasons.setdefault(f"{peer}{part}", words)
        return "\n".join(f"- {part}: {words}" for part, words in reasons.items())


def write(results, shared, ours, peers, rounds, scale):
    """Prints everything in Markdown."""
    words = {name: text for name, text, _ in shared}
    jobsyncs = [peer for peer in peers if peer.kind == "jobsync"]
    runs = "1 run" if rounds == 1 else f"Median (least–most) of {rounds} runs"
    print(f"Machine: {machine()}. {runs}; servers on core 0, the load on core 1.")
    if scale > 1:
        print(f"\nQuick: {scale} times fewer clients and jobs than the words say. No figures to keep.")
    for part in (results.table(shared, peers), results.table(ours, jobsyncs),
                 results.marks(words, [peer.name for peer in jobsyncs]), results.why()):
        if part:
            print(f"\n{part}")
