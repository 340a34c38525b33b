"""What an attack came to, and how that is shown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field


@dataclass
class Outcome:
    """What others felt of an attack, and what was lost."""

    name: str
    point: str
    about: str
    seconds: float = 0.0
    whoami: float = 0.0
    new: float = 0.0
    memory: int = 0
    descriptors: int = 0
    processor: float = 0.0
    jobs: int = 0
    losses: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    skipped: str | None = None

    @property
    def verdict(self) -> str:
        """One word."""
        if self.skipped:
            return "skipped"
        return "LOST" if self.losses else "stood"


HEAD = (
    f"{'':4} {'attack':20} {'whoami':>8} {'new':>8} {'memory':>8} {'files':>6} {'CPU':>7} "
    f"{'jobs':>6} {'took':>7}  verdict"
)


def row(outcome: Outcome) -> str:
    """A line of the table, and below it what was lost."""
    lines = [
        f"{outcome.point:4} {outcome.name:20} {_seconds(outcome.whoami):>8} "
        f"{_seconds(outcome.new):>8} {_bytes(outcome.memory):>8} {outcome.descriptors:>6} "
        f"{_seconds(outcome.processor):>7} {outcome.jobs:>6} {_seconds(outcome.seconds):>7}  "
        f"{outcome.verdict}"
    ]
    if outcome.skipped:
        lines.append(f"       {outcome.skipped}")
    lines += [f"       LOST: {loss}" for loss in outcome.losses[:8]]
    if len(outcome.losses) > 8:
        lines.append(f"       … and {len(outcome.losses) - 8} more")
    lines += [f"       {note}" for note in outcome.notes]
    return "\n".join(lines)


def as_json(outcomes: Sequence[Outcome]) -> str:
    """All outcomes, for programs."""
    return json.dumps(
        [asdict(outcome) | {"verdict": outcome.verdict} for outcome in outcomes],
        ensure_ascii=False,
        indent=1,
    )


def _seconds(value: float) -> str:
    return f"{value * 1000:.0f} ms" if value < 10 else f"{value:.1f} s"


def _bytes(value: int) -> str:
    return f"{value / (1 << 20):.0f} MB"
