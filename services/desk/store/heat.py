"""What stands on top: by first sight and spread, never by the last touch. Pure.

The worth of a story is fixed when it changes, and age is part of the key, so that no job touches all rows:
twice the spread outweighs `DOUBLE_S` of age. Copies do not count, outlets only up to a bound: else one
agency story fills the page.
"""

import math

DOUBLE_S = 6 * 3600
MOST_OUTLETS = 64


def heat(first_s: float, outlets: int, texts: int) -> float:
    return first_s / DOUBLE_S + math.log2(1 + min(outlets, MOST_OUTLETS) + texts)
