from __future__ import annotations

import pathlib
import sys

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [
    str(HERE),
    str(HERE.parent / "src"),
    str(HERE.parents[2] / "Tests/protocol"),
]
