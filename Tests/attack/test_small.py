"""Every attack in its small form; `scripts/attack` has the whole of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

import catalogue
from jobsync_server import BINARY
from outcome import Outcome, row

NOT_ALWAYS = {"no-descriptors"}
"""Attacks that a server under a heavy load does not always stand; `scripts/attack` has them all the same."""

NAMES = [name for name in catalogue.load() if name not in NOT_ALWAYS]


@pytest.fixture(scope="module")
def outcome_of() -> Iterator[Callable[[str], Outcome]]:
    """Some at a time, for much of each is waiting."""
    if not BINARY.exists():
        pytest.skip(f"NO SERVER TO TEST: there is no {BINARY} (build it, or set JOBSYNC_BIN)")
    with ThreadPoolExecutor(3) as pool:
        attacks = catalogue.load()
        outcomes = {name: pool.submit(attacks[name], seed=9, small=True) for name in NAMES}
        yield lambda name: outcomes[name].result()


@pytest.mark.parametrize("name", NAMES)
def test_the_server_stands(name: str, outcome_of: Callable[[str], Outcome]) -> None:
    outcome = outcome_of(name)
    if outcome.skipped:
        pytest.skip(outcome.skipped)
    assert not outcome.losses, "\n" + row(outcome)
