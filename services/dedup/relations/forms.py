"""Pairs that look alike and are none: two fillings of a form, two days of a column, text of a site.

Decided by what differs, in which place, and whether the titles know of it. Figures that move while titles,
names and days agree are news of the same thing; names that move in titles and texts are another thing.
"""

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from functools import cached_property
from typing import NamedTuple

from services.contracts.relations import RefusalReason
from services.dedup.relations.gaps import Gap, Reach, Swap, dense_runs, gaps, reach
from services.dedup.relations.overlap import Overlap
from services.dedup.relations.passages import Run
from services.dedup.search.profile import Profile
from services.dedup.settings import DedupSettings
from services.dedup.text.calendar import undated, weekdays
from services.dedup.text.figures import common, figures_of
from services.dedup.text.screens import is_timed
from services.dedup.text.words import fold, folded, stretch

_HOUR_US = 3_600_000_000
_DENSE_FIGURES = 20
_CONTAINED = 0.8
_OPENING_WORDS = 10
_SITE_WORDS = 120
_SPELLINGS = 0.6
_OWN_FIGURES = 0.5
_HALF = 0.5
_WHOLE_JACCARD = 0.6
_WHOLE_SHINGLES = 60
_TITLE_FRAME = 2
_FRAME = 0.75
_FRAME_CONTAINED = 0.3
_FEW_FIGURES = 2
_FIELDS = 3
_WHOLE_NAME = 2
_LEAST_FRAME = 0.15
_FEWEST_FIELDS = 2


class Unrelated(NamedTuple):
    """Why two versions are not related."""

    reason: RefusalReason
    detail: str


class Between:
    """What differs in the same place of a pair, found when it is asked for."""

    def __init__(self, newer: Profile, older: Profile, found: Sequence[Run]) -> None:
        self._pair = newer, older, found

    @cached_property
    def reach(self) -> Reach:
        return reach(*self._pair)

    @cached_property
    def conflicts(self) -> int:
        return sum(map(_conflict, self.gaps))

    @cached_property
    def runs(self) -> list[Run]:
        newer, older, found = self._pair
        return list(found) if self.reach.exact else dense_runs(newer, older, found)

    @cached_property
    def gaps(self) -> list[Gap]:
        newer, older, _ = self._pair
        return gaps(newer, older, self.runs)


def refuse(
    newer: Profile, older: Profile, shares: Overlap, found: Sequence[Run], settings: DedupSettings
) -> Unrelated | None:
    """The first reason to take the pair for no relation."""
    between = Between(newer, older, found)
    return (
        _round_up(newer, older, shares, settings)
        or _rubric(newer, older, shares, settings)
        or _other_subject(newer, older, shares, between)
        or _series(newer, older, shares, between, settings)
        or _opening(newer, older, shares, found, settings)
        or _site_text(newer, older, shares, found)
    )


def same_text(newer: Profile, older: Profile, shares: Overlap) -> bool:
    """Equal long texts under titles that agree are one text, however often it was seen."""
    return (
        shares.jaccard >= 0.98
        and shares.shared >= 30
        and bool(newer.title & older.title or newer.article.title == older.article.title)
    )


def _round_up(newer: Profile, older: Profile, shares: Overlap, settings: DedupSettings) -> Unrelated | None:
    """A chronicle of timed entries and a report that it quotes; copies of one chronicle are no such pair."""
    if shares.jaccard >= _HALF:
        return None
    if not any(is_timed(one.article.text, one.words, settings) for one in (newer, older)):
        return None
    return Unrelated(
        "ticker", f"one is a chronicle of timed entries and quotes the other (J {shares.jaccard:.2f})"
    )


def came_back_whole(newer: Profile, older: Profile, shares: Overlap, found: Sequence[Run]) -> bool:
    """A text that comes back day after day as it was, such as a release: no other part of a series."""
    return (
        shares.jaccard >= _WHOLE_JACCARD
        and shares.shared >= _WHOLE_SHINGLES
        and weekdays(newer.article.text) == weekdays(older.article.text)
        and not moved_figures(newer, older, found)
        and (newer.article.source != older.article.source or bool(newer.title & older.title))
    )


def _rubric(newer: Profile, older: Profile, shares: Overlap, settings: DedupSettings) -> Unrelated | None:
    """The same headline on another day over a text that is mostly another one: a regular column."""
    hours = _hours(newer, older)
    if newer.article.source != older.article.source or newer.article.title != older.article.title:
        return None
    if not settings.template_hours <= hours <= settings.story_days * 24 or shares.jaccard >= 0.5:
        return None
    if shares.larger_containment >= _CONTAINED:
        return None
    return Unrelated(
        "template", f"the same headline {hours:.0f} hours later over another text (J {shares.jaccard:.2f})"
    )


def _other_subject(newer: Profile, older: Profile, shares: Overlap, between: Between) -> Unrelated | None:
    """One form, two subjects: what the titles name differently stands differently in the same place."""
    if shares.larger_containment < _FRAME_CONTAINED or newer.article.title == older.article.title:
        return None
    ours, theirs = set(fold(newer.article.title)), set(fold(older.article.title))
    if not ours - theirs or not theirs - ours or not _is_frame(newer, older, between):
        return None
    names = _titled(newer, older)
    swaps = _swaps(newer, names, between)
    if len(swaps) < _FEWEST_FIELDS:
        return None
    swapped = names.swapped(swaps)
    if not swapped.names:
        return None
    word, other = min(swapped.names)
    framed = names.frame() >= _TITLE_FRAME
    opens = framed and newer.article.source == older.article.source and _opens(between, word, other)
    only = framed and (swapped.whole or all(swap.names for swap in swaps))
    if not (opens or (len(swaps) >= _FIELDS and (only or _figures_differ(newer, older)))):
        return None
    return Unrelated("template", f"one form, another subject: {word!r} here, {other!r} there")


def _swaps(newer: Profile, names: "Titles", between: Between) -> set[Swap]:
    """What stands one for the other in the texts, where names of the titles may be among it."""
    if not any(names.may_stand_in(gap) for gap in between.gaps):
        return set()
    least = 2 if newer.unspaced else 1  # a single sign is a slip or a synonym, no name
    return {
        swap
        for gap in between.gaps
        for swap in gap.swaps()
        if min(len(swap.words), len(swap.others)) >= least
    }


class Swapped(NamedTuple):
    """What two titles name, each for itself."""

    names: list[tuple[str, str]]
    """Words that stand one for the other in the same place of the texts, and in no other."""
    whole: bool
    """All that either title has alone is swapped so, two words at least."""


class Titles(NamedTuple):
    """The words of two titles, and which of each the other text does not have; figures left out."""

    one: tuple[str, ...]
    other: tuple[str, ...]
    held: set[str]
    there: set[str]

    def may_stand_in(self, gap: Gap) -> bool:
        """Whether each title names something there."""
        if not self.held or not self.there:
            return False
        return not self.held.isdisjoint(gap.words) and not self.there.isdisjoint(gap.others)

    def frame(self) -> int:
        """Words that they share in order."""
        matcher = SequenceMatcher(None, self.one, self.other, autojunk=False)
        return sum(block.size for block in matcher.get_matching_blocks())

    def swapped(self, swaps: Iterable[Swap]) -> Swapped:
        pairs = [
            (word, other)
            for swap in swaps
            for word in self.held.intersection(swap.words)
            for other in self.there.intersection(swap.others)
        ]
        if not pairs:
            return Swapped([], False)
        mine, others = _alone(self.one, self.other), _alone(self.other, self.one)
        names = [(word, other) for word, other in pairs if word in mine and other in others]
        whole = all(
            len(alone) >= _WHOLE_NAME and alone == {pair[side] for pair in names}
            for side, alone in enumerate((mine, others))
        )
        return Swapped(names, whole)


def _titled(newer: Profile, older: Profile) -> Titles:
    one, other = undated(newer.article.title), undated(older.article.title)
    return Titles(one, other, _named_here(one, older), _named_here(other, newer))


def _named_here(title: Iterable[str], other: Profile) -> set[str]:
    """Words of a title that are not in the other text, figures left out."""
    text = f" {folded(other.article.text)} "
    return {word for word in title if not word[0].isdigit() and f" {word} " not in text}


def _opens(between: Between, word: str, other: str) -> bool:
    """Whether each text begins with its own of these words, while no figure differs."""
    run = between.runs[0] if between.runs else None
    first = between.gaps[0] if between.gaps and run and run.start and run.other else None
    if first is None or word not in first.words or other not in first.others:
        return False
    return not any(map(_conflict, between.gaps))


def _is_frame(newer: Profile, older: Profile, between: Between) -> bool:
    """Whether the two are one text but for what is swapped: nothing of length was added or left out."""
    if not _is_framed(newer, older, between.reach.newer, between.reach.older):
        return False
    if between.reach.exact:
        return True
    same = sum(run.length for run in between.runs)
    ours = same + sum(end - begin for (begin, end, _, _), *_ in between.gaps)
    theirs = same + sum(end - begin for (_, _, begin, end), *_ in between.gaps)
    return _is_framed(newer, older, ours, theirs)


def _is_framed(newer: Profile, older: Profile, ours: int, theirs: int) -> bool:
    return ours >= _FRAME * newer.words and theirs >= _FRAME * older.words


def _alone(title: Sequence[str], other: Sequence[str]) -> set[str]:
    """Its words, figures left out, that the other does not have in any spelling."""
    return {
        word
        for word in set(title).difference(other)
        if not word[0].isdigit() and not any(_is_spelling(word, one) for one in other)
    }


def _is_spelling(word: str, other: str) -> bool:
    """Whether two words are alike, by bounds first that cost less than the ratio."""
    if 2 * min(len(word), len(other)) / (len(word) + len(other)) < _SPELLINGS:
        return False
    alike = SequenceMatcher(None, word, other)
    return alike.quick_ratio() >= _SPELLINGS and alike.ratio() >= _SPELLINGS


def _figures_differ(newer: Profile, older: Profile) -> bool:
    """Each has figures, and they are mostly other ones."""
    ours, theirs = newer.figures, older.figures
    poorer = min(len(ours), len(theirs))
    return poorer > 0 and common(ours, theirs) <= _OWN_FIGURES * poorer


def _series(
    newer: Profile, older: Profile, shares: Overlap, between: Between, settings: DedupSettings
) -> Unrelated | None:
    """One frame, other figures, another day or next to nothing else in common: two parts of a series."""
    hours = _hours(newer, older)
    apart = hours >= settings.template_hours
    half = shares.larger_containment >= _HALF
    if shares.larger_containment < _LEAST_FRAME or (half and not apart):
        return None
    least = 1 if apart else 2
    if not _may_conflict(between, least):
        return None
    agreed = _agreed_figures(newer, older, settings, most=1.0 if apart else _HALF)
    if agreed is None:
        return None
    shared, poorer = agreed
    conflicts = between.conflicts
    if conflicts < least:
        return None
    far = hours >= settings.far_days * 24
    moved = not _same_days(newer, older) and not (far and half) if apart else True
    dense = apart and conflicts >= 3 and poorer >= _DENSE_FIGURES
    if not (moved or dense):
        return None
    return Unrelated(
        "template",
        f"same frame, other figures: {shared} of {poorer} agree, {conflicts} in the same place differ",
    )


def _agreed_figures(
    newer: Profile, older: Profile, settings: DedupSettings, *, most: float
) -> tuple[int, int] | None:
    """How many figures two parts of a series have in common, and how many the poorer has.

    None where they are too few to tell, or where `most` of them agree.
    """
    ours, theirs = newer.figures, older.figures
    poorer = min(len(ours), len(theirs))
    few, many = sorted((_FEW_FIGURES, settings.template_least_figures))
    if poorer < few or (poorer < many and poorer < _enough(newer, older, settings)):
        return None
    shared = common(ours, theirs)
    agreement = shared / max(1, len(ours) + len(theirs) - shared)
    same = newer.article.source == older.article.source
    bound = settings.template_agreement if same else settings.template_agreement_across
    if agreement >= min(bound, most) or shared >= settings.template_contained * poorer:
        return None
    return shared, poorer


def _enough(newer: Profile, older: Profile, settings: DedupSettings) -> int:
    """Figures that each must have; fewer where the titles say that they are parts of a series."""
    same = newer.article.source == older.article.source
    known = (same and newer.title == older.title) or _are_dated(newer.article.title, older.article.title)
    return _FEW_FIGURES if known else settings.template_least_figures


def _are_dated(title: str, other: str) -> bool:
    """Whether two titles are one but for the day of the week that each names."""
    ours, theirs = weekdays(title), weekdays(other)
    return bool(ours and theirs) and ours != theirs and undated(title) == undated(other)


def _may_conflict(between: Between, least: int) -> bool:
    """Whether figures may differ in so many places, as far as can be told at little cost."""
    if between.reach.figured < least:
        return False
    return not between.reach.exact or between.conflicts >= least


def _conflict(gap: Gap) -> bool:
    ours, theirs = figures_of(gap.text), figures_of(gap.other_text)
    if not ours or not theirs:
        return False
    few, many = sorted((ours, theirs), key=len)
    return common(few, many) < len(few)


def moved_figures(newer: Profile, older: Profile, found: Sequence[Run]) -> bool:
    """Whether any figure is another one in the same place, however little it moved."""
    between = Between(newer, older, found)
    return bool(between.reach.figured) and any(
        ours and theirs and ours.isdisjoint(theirs)
        for ours, theirs in (
            ({one.value for one in figures_of(gap.text)}, {one.value for one in figures_of(gap.other_text)})
            for gap in between.gaps
        )
    )


def _same_days(newer: Profile, older: Profile) -> bool:
    """Whether both speak of the same days of the week."""
    ours, theirs = weekdays(newer.article.text), weekdays(older.article.text)
    return bool(ours) and ours == theirs


def _subject(version: Profile) -> str:
    """The word a title begins with."""
    return next(iter(fold(version.article.title)), "")


def _opening(
    newer: Profile, older: Profile, shares: Overlap, found: Sequence[Run], settings: DedupSettings
) -> Unrelated | None:
    """Short texts of one publisher whose opening words alone name different subjects."""
    if newer.article.source != older.article.source or max(newer.words, older.words) > settings.form_words:
        return None
    if shares.jaccard >= 0.5 or _subject(newer) == _subject(older):
        return None
    if not found or not (0 < found[0].start <= _OPENING_WORDS and 0 < found[0].other <= _OPENING_WORDS):
        return None
    mine = fold(newer.article.text)[: found[0].start]
    theirs = fold(older.article.text)[: found[0].other]
    if mine[0] == theirs[0] and len(set(mine) & set(theirs)) * 2 > min(len(mine), len(theirs)):
        return None
    return Unrelated(
        "template", f"one form, other subject: opens {' '.join(mine)!r} here, {' '.join(theirs)!r} there"
    )


def _site_text(newer: Profile, older: Profile, shares: Overlap, found: Sequence[Run]) -> Unrelated | None:
    """One publisher, two titles, and nothing that either title names is in what is shared."""
    if newer.article.source != older.article.source or not newer.title or not older.title:
        return None
    if newer.title & older.title or same_text(newer, older, shares):
        return None
    if sum(run.length for run in found) >= _SITE_WORDS:
        return None  # a piece under another headline: what a site repeats is short
    shared = shared_words(newer, found)
    if shared & newer.title or shared & older.title:
        return None
    return Unrelated(
        "stub" if shares.jaccard >= 0.5 else "teaser",
        "the shared text is about neither title: it belongs to the site, not to the article",
    )


def shared_words(newer: Profile, found: Sequence[Run]) -> set[str]:
    words = folded(newer.article.text)
    stretches = (stretch(words, run.start, run.start + run.length) for run in found)
    return {word for shared in stretches for word in shared.split(" ")}


def _hours(newer: Profile, older: Profile) -> float:
    return (newer.at_us - older.at_us) / _HOUR_US
