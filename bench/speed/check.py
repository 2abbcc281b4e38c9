"""The ratios of this machine against the recorded ones: who became slower beside his peers, or finds less?

A short run over invented copy, so that anyone can make it. Seconds depend on the machine and are not
compared; what peers took in the same turns is.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from bench.speed.row import Asked, Row

RECORDED = Path(__file__).with_name("recorded.json")
SHORT = Asked(articles=3_000, live=3_000, invented=True)
FAMILY = "core"
SLOWER = 0.3
"""A ratio of times may be so much lower: runs of the same code on one machine are up to .15 apart."""
LESS = 0.01
"""A share of what is found may be so much lower."""
SHARES = ("recall", "F1")


def ratios_of(rows: Iterable[Row]) -> dict[str, float]:
    return {f"{row.key}: {name}": round(ratio, 4) for row in rows for name, ratio in row.ratios.items()}


def record(ratios: Mapping[str, float]) -> None:
    RECORDED.write_bytes(msgspec.json.format(msgspec.json.encode(ratios), indent=1) + b"\n")


def recorded() -> dict[str, float]:
    return msgspec.json.decode(RECORDED.read_bytes(), type=dict[str, float])


def shortfalls(found: Mapping[str, float], wanted: Mapping[str, float]) -> Iterator[str]:
    """A line for each recorded ratio that is not reached. One that was not measured is none."""
    for name, ratio in wanted.items():
        is_share = any(share in name for share in SHARES)
        least = ratio - LESS if is_share else (1 - SLOWER) * ratio
        if name in found and found[name] < least:
            yield f"{name}: {found[name]:.3f}, recorded {ratio:.3f}, at least {least:.3f}"
