"""A server loses its power, and keeps its promises; a missing fsync does not go unnoticed."""

from __future__ import annotations

import pathlib

import pytest

from cutting import Broken, PowerLoss
from jobsync_server import BINARY

CUTS = 10

pytestmark = pytest.mark.skipif(
    not BINARY.exists(),
    reason=f"NO SERVER TO TEST: there is no {BINARY} (build it, or set JOBSYNC_BIN)",
)


def lose_power(scratch: pathlib.Path, cuts: int, ignore: str = "") -> PowerLoss:
    """Cut so often; raise what was broken."""
    scene = PowerLoss(scratch, seed=9, ignore=ignore)
    try:
        scene.run(cuts, hosts_every=5, tell=print)
    finally:
        scene.clean_up()
    return scene


def test_promises_survive_cuts(tmp_path: pathlib.Path) -> None:
    scene = lose_power(tmp_path, CUTS)
    assert len(scene.promises.accepted) > CUTS
    assert scene.promises.ended and scene.promises.records and scene.promises.limit_answered


@pytest.mark.parametrize(
    "ignored",
    [
        pytest.param("*", id="everything"),
        pytest.param("*-wal", id="the store"),
        pytest.param("runs/*/journal.jsonl", id="journals"),
        pytest.param("references/*", id="references"),
        pytest.param(".", id="names in the data folder"),
    ],
)
def test_a_missing_fsync_is_noticed(tmp_path: pathlib.Path, ignored: str) -> None:
    with pytest.raises(Broken):
        lose_power(tmp_path, 30, ignored)
