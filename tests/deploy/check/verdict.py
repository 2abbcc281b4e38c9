"""What a check is, and how it ends."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from tests.deploy.tools import Unavailable

if TYPE_CHECKING:
    from tests.deploy.check.site import Site


class Failed(Exception):
    """What was asked for does not hold; the text says what was found instead."""


class Skipped(Unavailable):
    """It cannot be checked here; the text says what is missing."""


class Check(NamedTuple):
    name: str
    asks: str
    """What must hold."""
    run: Callable[["Site"], str]
    """Says what was measured. Raises `Failed`, `Unavailable`, and what its tools raise."""


def demand(holds: bool, told: object) -> None:
    """Raises `Failed` with `told` where it does not hold."""
    if not holds:
        raise Failed(str(told))
