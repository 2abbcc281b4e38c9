"""Exact overlap of two texts: what the numbers in expected.toml are measured with.

Words are runs of `\\w` in lower case, soft hyphens dropped; shingles are sets of 5 consecutive words.
"""

import re

import msgspec

WIDTH = 5


class Overlap(msgspec.Struct, frozen=True):
    jaccard: float
    containment: float
    """Share of the first text's shingles found in the second."""
    other_containment: float
    shared: int


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.replace("\u00ad", "").lower())


def shingles(text: str, width: int = WIDTH) -> set[tuple[str, ...]]:
    run = words(text)
    return {tuple(run[start : start + width]) for start in range(len(run) - width + 1)}


def overlap(text: str, other: str) -> Overlap:
    mine, theirs = shingles(text), shingles(other)
    shared = len(mine & theirs)
    return Overlap(
        jaccard=shared / max(1, len(mine | theirs)),
        containment=shared / max(1, len(mine)),
        other_containment=shared / max(1, len(theirs)),
        shared=shared,
    )


def common_runs(text: str, other: str, least: int = 6) -> list[int]:
    """Lengths in words of the equal runs, longest first, each word used once (greedy string tiling)."""
    mine: list[str | None] = list(words(text))
    theirs: list[str | None] = list(words(other))
    lengths: list[int] = []
    while True:
        length, start, other_start = _longest(mine, theirs)
        if length < least:
            return lengths
        lengths.append(length)
        mine[start : start + length] = [None] * length
        theirs[other_start : other_start + length] = [None] * length


def _longest(mine: list[str | None], theirs: list[str | None]) -> tuple[int, int, int]:
    """Longest common run as (length, start, other start); used words are None and end a run."""
    best = (0, 0, 0)
    before: dict[int, int] = {}
    places: dict[str, list[int]] = {}
    for place, word in enumerate(theirs):
        if word is not None:
            places.setdefault(word, []).append(place)
    for start, word in enumerate(mine):
        ending: dict[int, int] = {}
        for place in places.get(word, ()) if word is not None else ():
            ending[place] = before.get(place - 1, 0) + 1
            if ending[place] > best[0]:
                best = (ending[place], start - ending[place] + 1, place - ending[place] + 1)
        before = ending
    return best
