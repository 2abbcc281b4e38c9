"""The words that prove a relation: maximal runs of equal words in two texts, wherever they moved to.

Equal wide shingles are joined along diagonals into maximal runs; runs are taken longest first and
trimmed so that they do not overlap in the newer text. Every run of at least one wide shingle
(5 words; 8 characters in unspaced scripts) is found.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple, overload

import numpy as np
import numpy.typing as npt

from services.contracts.relations import Passage
from services.dedup import kernels
from services.dedup.relations.overlap import Overlap, overlap
from services.dedup.relations.spelling import letters
from services.dedup.search.profile import Profile
from services.dedup.text.codes import codes
from services.dedup.text.shingles import (
    WIDE_CHARS,
    WIDE_WORDS,
    Hashes,
    Numbers,
    Places,
    Shingles,
    Starts,
    matches,
)
from services.dedup.text.words import SOFT_HYPHEN, Spans, spans, spelt, stretch

Rows = npt.NDArray[np.int64]
"""Runs: start, other start, length."""
MOST_MATCHES = 2_000_000
_SHORTEST_PIECE = 4
_DEPENDING = re.compile(f"[{SOFT_HYPHEN}\u03a3]")
"""What may be read in another way beside other letters."""
_NOWHERE = np.zeros(0, bool)


class Run(NamedTuple):
    """`length` equal words from word `start` of the newer and `other` of the older text."""

    start: int
    other: int
    length: int


class Runs(Sequence[Run]):
    """Those of a pair, made of the rows that a kernel told them by when somebody looks at one."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows

    @cached_property
    def _made(self) -> list[Run]:
        return list(map(Run._make, self.rows.tolist()))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._made == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Run]:
        return iter(self._made)

    @overload
    def __getitem__(self, place: int) -> Run: ...

    @overload
    def __getitem__(self, place: slice) -> list[Run]: ...

    def __getitem__(self, place: int | slice) -> Run | list[Run]:
        return self._made[place]


def rows_of(found: Sequence[Run]) -> Rows:
    """Runs as kernels read them."""
    return found.rows if isinstance(found, Runs) else np.array(found, np.int64).reshape(-1, 3)


def runs(newer: Profile, older: Profile) -> list[Run]:
    """Runs in order of the newer text, not overlapping in it."""
    compiled = kernels.module("relations")
    if compiled is None:
        return _without_overlap(_maximal(newer, older), newer.shingles)
    return list(Runs(compiled.runs(*compared(newer), older.unique, older.numbers, MOST_MATCHES)))


class Meeting(NamedTuple):
    """What two versions share, counted, and its runs where they are known already."""

    shares: Overlap
    found: Sequence[Run] | None


def meet(newer: Profile, older: Profile, *, stale_days: int, least: int) -> Meeting:
    """The runs come along where `least` fresh shingles are shared or half of all."""
    compiled = kernels.module("relations")
    if compiled is None:
        return Meeting(overlap(newer, older, stale_days=stale_days), None)
    counts, rows = compiled.meeting(
        *compared(newer), newer.days, older.unique, older.numbers, older.days, stale_days, least, MOST_MATCHES
    )
    shared, fresh, fresh_newer, fresh_older, unseen = counts
    shares = Overlap(shared, len(newer.unique), len(older.unique), fresh, fresh_newer, fresh_older, unseen)
    return Meeting(shares, Runs(rows) if len(rows) else None)


def compared(newer: Profile) -> tuple[Hashes, Numbers, Places, int, int]:
    """What a kernel needs of the text whose words it counts: shingles, and how many words each holds.

    That is the last number where a flag says so, and the one before it elsewhere.
    """
    signs = newer.shingles.signs
    words = WIDE_CHARS if newer.unspaced and signs is None else WIDE_WORDS
    return newer.unique, newer.numbers, _NOWHERE if signs is None else signs, words, WIDE_CHARS


def passages(newer: Profile, older: Profile, found: Sequence[Run]) -> tuple[Passage, ...]:
    """Character offsets of runs in both plain texts.

    A word with a soft hyphen in it ends a passage, and so does one that the texts spell in two ways.
    """
    if not found:
        return ()
    text, other = newer.article.text, older.article.text
    mine, theirs = spans(text), spans(other)
    hyphened, others = _hyphened(text, mine), _hyphened(other, theirs)
    told = _stretches(text, other, mine, theirs, found)
    if not hyphened and not others and all(alike for *_, alike in told):
        return tuple(Passage(*places) for *places, _ in told)
    shown: list[Passage] = []
    for run, (start, end, other_start, other_end, alike) in zip(found, told, strict=True):
        if alike and _lacks(hyphened, run.start, run.length) and _lacks(others, run.other, run.length):
            shown.append(Passage(start, end, other_start, other_end))
        else:
            words = _spelling(text, start, end, run.start, run.length)
            spelling = _spelling(other, other_start, other_end, run.other, run.length)
            pieces = _pieces(run, words, spelling, hyphened, others)
            shown += (_passage(piece, mine, theirs) for piece in pieces)
    return tuple(shown)


def _stretches(
    text: str, other: str, mine: Spans, theirs: Spans, found: Sequence[Run]
) -> list[tuple[int, int, int, int, int]]:
    """Of each run where it begins and ends in both texts, and whether it is surely spelt alike there."""
    compiled = kernels.module("spelling")
    if compiled is not None:
        rows = compiled.stretches(rows_of(found), mine, theirs, codes(text), codes(other), letters())
        told: list[tuple[int, int, int, int, int]] = rows.tolist()
        return told
    shown = (_passage(run, mine, theirs) for run in found)
    return [
        (
            one.start,
            one.end,
            one.other_start,
            one.other_end,
            text[one.start : one.end] == other[one.other_start : one.other_end],
        )
        for one in shown
    ]


def _passage(run: Run, mine: Spans, theirs: Spans) -> Passage:
    start, other, length = run
    return Passage(
        mine.item(start, 0),
        mine.item(start + length - 1, 1),
        theirs.item(other, 0),
        theirs.item(other + length - 1, 1),
    )


def _hyphened(text: str, words: Spans) -> set[int]:
    """Which words hold a soft hyphen."""
    if SOFT_HYPHEN not in text:
        return set()
    places = [place.start() for place in re.finditer(SOFT_HYPHEN, text)]
    return set((np.searchsorted(words[:, 0], places, "right") - 1).tolist())


def _spelling(text: str, start: int, end: int, begin: int, length: int) -> str:
    """So many words from one on, as they are spelt. They stand from `start` to `end`."""
    here = text[start:end]
    if _DEPENDING.search(here):
        return stretch(spelt(text), begin, begin + length)
    return spelt(here)


def _lacks(hyphened: set[int], begin: int, length: int) -> bool:
    return not hyphened or hyphened.isdisjoint(range(begin, begin + length))


def _pieces(run: Run, words: str, spelling: str, hyphened: set[int], others: set[int]) -> Iterator[Run]:
    """The run without words that hold a soft hyphen, and those that are spelt in two ways."""
    if words == spelling and not hyphened and not others:
        yield run
        return
    begin = 0
    for i, (word, other) in enumerate(zip(words.split(" "), spelling.split(" "), strict=True)):
        if word != other or run.start + i in hyphened or run.other + i in others:
            yield from _piece(run, begin, i)
            begin = i + 1
    yield from _piece(run, begin, run.length)


def _piece(run: Run, begin: int, end: int) -> Iterator[Run]:
    if end - begin >= _SHORTEST_PIECE:
        yield Run(run.start + begin, run.other + begin, end - begin)


def _maximal(newer: Profile, older: Profile) -> list[Run]:
    """All maximal runs, longest first; ties by place. Only places that match somewhere are looked at."""
    ours, theirs = matches(newer.unique, older.unique)
    here, mine = _common(newer, ours)
    there, others = _common(older, theirs)
    counts = np.bincount(others, minlength=len(theirs))
    there = there[np.argsort(others, kind="stable")]
    times, begin = counts[mine], (np.cumsum(counts) - counts)[mine]
    total = int(times.sum())
    if not 0 < total <= MOST_MATCHES:
        return []
    nth = np.arange(total) - np.repeat(np.cumsum(times) - times, times)
    return _joined(np.repeat(here, times), there[np.repeat(begin, times) + nth], newer.shingles)


def _common(version: Profile, shared: Starts) -> tuple[Starts, Starts]:
    """Where shingles stand that a pair shares, and which of the shared ones they are."""
    shares = np.full(len(version.unique), -1)
    shares[shared] = np.arange(len(shared))
    numbers = shares[version.numbers]
    here = np.flatnonzero(numbers >= 0)
    return here, numbers[here]


def _joined(here: Starts, there: Starts, shingles: Shingles) -> list[Run]:
    """`here` ascends."""
    diagonal = here - there
    by = np.argsort(diagonal, kind="stable")
    here, there, diagonal = here[by], there[by], diagonal[by]
    breaks = np.flatnonzero((np.diff(diagonal) != 0) | (np.diff(here) != 1)) + 1
    starts = np.concatenate(([0], breaks))
    # Where signs end and words begin, the last shingle need not be the one that ends last.
    lengths = np.maximum.reduceat(shingles.ends(here), starts) - here[starts]
    found = [
        Run(*run) for run in zip(here[starts].tolist(), there[starts].tolist(), lengths.tolist(), strict=True)
    ]
    return sorted(found, key=lambda run: (-run.length, run.start, run.other))


def _without_overlap(found: list[Run], shingles: Shingles) -> list[Run]:
    """Longest first; what a longer run covers of a shorter one in the newer text is cut off it."""
    taken: list[Run] = []
    covered = bytearray(max((run.start + run.length for run in found), default=0))
    for run in found:
        start, end = run.start, run.start + run.length
        while start < end and covered[start]:
            start += 1
        while end > start and covered[end - 1]:
            end -= 1
        if start == end or end - start < shingles.width_at(start) or any(covered[start:end]):
            continue
        covered[start:end] = b"\1" * (end - start)
        taken.append(Run(start, run.other + start - run.start, end - start))
    return sorted(taken)
