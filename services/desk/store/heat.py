"""What stands on top: by first sight and spread, never by the last touch. Pure.

The worth of a story is fixed when it changes, and age is part of the key, so that no job touches all rows:
twice the outlets outweigh `DOUBLE_S` of age, four times the texts do. Copies do not count, and either only
up to a bound: else one agency story fills the page.
"""

import math

DOUBLE_S = 12 * 3600
MOST = 64


def heat(first_s: float, outlets: int, texts: int) -> float:
    return first_s / DOUBLE_S + _doublings(outlets) + _doublings(texts) / 2


def reach(outlets: int, texts: int) -> int:
    """At most so much of a story's heat is not its first sight's: by it one of a past moment is bounded."""
    return math.ceil(_doublings(outlets) + _doublings(texts) / 2)


def _doublings(count: int) -> float:
    return math.log2(min(max(count, 1), MOST))


MOST_REACH = reach(MOST, MOST)
