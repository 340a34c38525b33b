"""The list of attacks: each registers itself."""

from __future__ import annotations

import contextlib
import importlib
import pathlib
import pkgutil
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from arena import Arena, Skipped
from outcome import Outcome


@dataclass(frozen=True)
class Attack:
    """Something that is done to a server of its own."""

    name: str
    point: str
    about: str
    run: Callable[[Arena], None]
    options: dict[str, Any]

    def __call__(self, *, seed: int, small: bool) -> Outcome:
        """Start a server, attack it, and tell what came of it."""
        outcome = Outcome(self.name, self.point, self.about)
        folder = pathlib.Path(tempfile.mkdtemp(prefix=f"jobsync-attack-{self.name}-"))
        undo = contextlib.ExitStack()
        try:
            options = dict(self.options)
            if prepare := options.pop("prepare", None):
                options |= prepare(folder, undo)
            Arena(folder, outcome, seed=seed, small=small, **options).judge(self.run)
        except Skipped as reason:
            outcome.skipped = str(reason)
        finally:
            undo.close()
            shutil.rmtree(folder, ignore_errors=True)
        return outcome


ATTACKS: dict[str, Attack] = {}


def attack(
    name: str, point: str, about: str, **options: Any
) -> Callable[[Callable[[Arena], None]], Callable[[Arena], None]]:
    """Register an attack.

    `options` are those of its server. `prepare` is called with the scratch folder before the server
    starts, and with a stack for what must be undone; it returns further options.
    """

    def register(run: Callable[[Arena], None]) -> Callable[[Arena], None]:
        ATTACKS[name] = Attack(name, point, about, run, options)
        return run

    return register


def load() -> dict[str, Attack]:
    """All attacks, in the order of the points that they try."""
    import attacks

    for module in pkgutil.iter_modules(attacks.__path__):
        importlib.import_module(f"attacks.{module.name}")
    ordered = sorted(ATTACKS.values(), key=lambda each: (each.point[0], int(each.point[1:])))
    return {each.name: each for each in ordered}
