"""Numbers at which arithmetic breaks, as they are written in JSON."""

from __future__ import annotations

import random

LIMITS = [
    str(sign * (1 << bits) + more)
    for bits in (7, 8, 15, 16, 31, 32, 53, 62, 63, 64, 127)
    for sign in (1, -1)
    for more in (-1, 0, 1)
]
ODD = [
    "0", "-0", "0.0", "-0.0", "1e400", "-1e400", "1e-400", "1e308", "-1.7976931348623157e308",
    "5e-324", "9.223372036854775807e18", "-9.223372036854775809E18", "9223372036854775807.0",
    "-9223372036854775808.0", "1E+19", "1e19", "0.1e20", "2.0", "1e0", "-1",
    "123456789012345678901234567890", "-123456789012345678901234567890",
    "1" + "0" * 400, "-" + "9" * 1000, "0." + "3" * 1000, "1e" + "9" * 100, "1e-" + "9" * 100,
]  # fmt: skip
NO_NUMBERS = ["NaN", "Infinity", "-Infinity", "+1", "01", "1.", ".5", "1e", "0x10", "--1", "1_000"]


def corner_numbers(chance: random.Random, count: int) -> list[str]:
    """All corners, and so many between and beyond them."""
    made = [
        f"{chance.choice(['', '-'])}{chance.randrange(1, 10)}"
        + "".join(chance.choices("0123456789", k=chance.randrange(15, 45)))
        + chance.choice(["", "", ".0", f"e{chance.randrange(-330, 330)}"])
        for _ in range(count)
    ]
    return LIMITS + ODD + made
