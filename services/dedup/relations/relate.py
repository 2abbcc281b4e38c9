"""What two versions are to each other, and why: pure rules over exact numbers.

`relate` gives a relation from the newer to the older, or the reason why there is none.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

import numpy as np

from services.contracts.relations import Relation, RelationKind
from services.dedup.relations.bodies import shared_body
from services.dedup.relations.forms import (
    Unrelated,
    came_back_whole,
    moved_figures,
    refuse,
    same_text,
    shared_words,
)
from services.dedup.relations.overlap import Overlap
from services.dedup.relations.passages import Run, meet, passages, runs
from services.dedup.search.profile import Profile
from services.dedup.settings import DedupSettings
from services.dedup.text.notices import new_correction
from services.dedup.text.quotes import quoted_words

__all__ = ["Unrelated", "relate"]

_DAY_US = 86_400_000_000
_UNSPACED_FACTOR = 2.5
"""Characters that say as much as a word."""
_BLOCK_GAP = 8
_QUOTED = 0.8
_WHOLE = 0.6
_RETURNING = 0.5
_FLASH_JACCARD = 0.9
_FLASH_HOURS = 24.0
_EXTENDED_JACCARD = 0.4
_NEWS = 0.5
"""Share of a passage that was not seen before, where it is one."""


def relate(
    newer: Profile,
    older: Profile,
    settings: DedupSettings,
    *,
    bands: int = 0,
    samples: int = 0,
    witnesses: Iterable[Profile] = (),
) -> Relation | Unrelated:
    """The relation of the newer version to the older one.

    `witnesses`: other versions that may hold parts of either text, the likeliest first.
    """
    least = _scaled(min(settings.background_fresh, settings.least_fresh), newer)
    shares, known_runs = meet(newer, older, stale_days=settings.novelty_least, least=least)
    alike = shares.jaccard >= _RETURNING
    known = alike and (same_text(newer, older, shares) or _flash(newer, older, shares))
    refused = None if known else _too_little(newer, older, shares, settings)
    if refused and not alike:
        return refused
    found = runs(newer, older) if known_runs is None else known_runs
    if refused and not _is_far(newer, older, settings) and came_back_whole(newer, older, shares, found):
        refused, known = None, True
    if refused:
        return refused
    note = _note(newer, older, shares, settings)
    refused = None if note else refuse(newer, older, shares, found, settings)
    if refused:
        return refused
    kind, why = _kind(newer, older, shares, found, settings, known=known, witnesses=witnesses)
    if note and kind == "duplicate":
        kind, why = "update", "the publisher's own text, corrected"
    idle = _no_passage(newer, older, shares, found, settings) if kind == "background" else None
    if idle:
        return idle
    return Relation(
        other_article_id=older.article.article_id,
        other_version_id=older.article.version_id,
        other_url=older.article.url,
        kind=kind,
        correction=bool(note) and kind != "background",
        note=note if kind != "background" else "",
        jaccard=round(shares.jaccard, 4),
        containment=round(shares.containment, 4),
        other_containment=round(shares.other_containment, 4),
        fresh_containment=round(shares.fresh_containment, 4),
        fresh_shared=shares.fresh_shared,
        reason=why,
        bands=bands,
        samples=samples,
        passages=passages(newer, older, found),
    )


def _note(newer: Profile, older: Profile, shares: Overlap, settings: DedupSettings) -> str:
    """In which words the newer text corrects the older one; a passage in common is no text to correct."""
    if shares.larger_containment < settings.story_link:
        return ""
    ours, theirs = newer.article, older.article
    return new_correction(ours.title, ours.text, theirs.title, theirs.text)


def _scaled(words: int, version: Profile) -> int:
    """A number of words, in characters where words are not parted by blanks."""
    return round(words * _UNSPACED_FACTOR) if version.unspaced else words


def _too_little(newer: Profile, older: Profile, shares: Overlap, settings: DedupSettings) -> Unrelated | None:
    least = min(settings.background_fresh, settings.least_fresh)
    if shares.fresh_shared < _scaled(least, newer):
        stale = shares.shared - shares.fresh_shared
        return Unrelated(
            "template" if shares.jaccard >= _RETURNING else "little-evidence",
            f"{shares.shared} shared shingles"
            + (f", {stale} of them no evidence: seen on several earlier days" if stale else ""),
        )
    if _is_far(newer, older, settings) and shares.unseen_shared < settings.far_unseen * shares.fresh_shared:
        return Unrelated(
            "template",
            f"{settings.far_days:g} days apart, and the shared text came back in between",
        )
    return None


def _no_passage(
    newer: Profile, older: Profile, shares: Overlap, found: Sequence[Run], settings: DedupSettings
) -> Unrelated | None:
    """Why what two texts share in passing is no passage of either: too short, or it keeps coming back."""
    if max((run.length for run in found), default=0) < _scaled(settings.background_run, newer):
        return Unrelated("short-passages", f"no passage of {settings.background_run} words")
    within = newer.article.source == older.article.source
    if within and shares.unseen_shared < _NEWS * shares.fresh_shared:
        back = shares.fresh_shared - shares.unseen_shared
        return Unrelated(
            "teaser", f"{back} of {shares.fresh_shared} shared shingles come back in its publisher's articles"
        )
    if (
        shares.larger_containment >= settings.reuse_containment
        and shares.fresh_shared < _NEWS * shares.shared
    ):
        stale = shares.shared - shares.fresh_shared
        return Unrelated(
            "template", f"the same frame: {stale} of {shares.shared} shared shingles come back day after day"
        )
    return None


def _is_far(newer: Profile, older: Profile, settings: DedupSettings) -> bool:
    return newer.at_us - older.at_us > settings.far_days * _DAY_US


def _flash(newer: Profile, older: Profile, shares: Overlap) -> bool:
    """A few words, the same under one headline within a day: one flash, too short for any other rule."""
    hours = (newer.at_us - older.at_us) / _DAY_US * 24
    return (
        shares.jaccard >= _FLASH_JACCARD
        and hours <= _FLASH_HOURS
        and bool(newer.title)
        and len(newer.title & older.title) * 2 > len(newer.title | older.title)
    )


def _kind(
    newer: Profile,
    older: Profile,
    shares: Overlap,
    found: Sequence[Run],
    settings: DedupSettings,
    *,
    known: bool,
    witnesses: Iterable[Profile],
) -> tuple[RelationKind, str]:
    strong = (
        shares.jaccard >= settings.reuse_jaccard or shares.larger_containment >= settings.reuse_containment
    )
    fresh = (
        shares.fresh_shared >= _scaled(settings.least_fresh, newer)
        and shares.fresh_containment >= settings.reuse_fresh
    )
    if not (strong and fresh) and not known:
        return "background", (
            f"shares {shares.fresh_shared} novel shingles, {shares.fresh_containment:.0%} of the poorer "
            "side: passages, not the text"
        )
    if newer.article.source == older.article.source:
        return _within(newer, older, shares, found, settings)
    passing = _in_passing(newer, older, shares, found)
    if passing and not known:
        return "background", passing
    body = partial(
        shared_body,
        newer,
        older,
        found,
        witnesses,
        stale_days=settings.novelty_least,
        least_run=_scaled(settings.background_fresh, newer),
        enough=settings.syndicated_body,
    )
    return _across(newer, older, shares, settings, body)


def _in_passing(newer: Profile, older: Profile, shares: Overlap, found: Sequence[Run]) -> str:
    """Why independent reports share a passage and no text: it is a quotation, or it belongs to neither."""
    total = sum(run.length for run in found)
    if not total or shares.larger_containment >= 0.9:
        return ""
    inside = quoted_words(newer.article.text)
    quoted = sum(int(np.count_nonzero(inside[run.start : run.start + run.length])) for run in found)
    if quoted >= _QUOTED * total:
        return f"shares what somebody said: {quoted} of {total} words are quoted"
    if len(_blocks(found)) > 1:
        return ""
    about = (newer.title | older.title) & shared_words(newer, found)
    titled = bool(newer.title and older.title)
    if titled and shares.larger_containment < _WHOLE and not about:
        return "shares one passage that is about neither title"
    return ""


def _blocks(found: Sequence[Run]) -> list[Run]:
    """Runs with few other words between them, joined."""
    joined: list[Run] = []
    for run in found:
        last = joined[-1] if joined else None
        if (
            last
            and run.start - (last.start + last.length) <= _BLOCK_GAP
            and abs((run.other - last.other) - (run.start - last.start)) <= _BLOCK_GAP
        ):
            joined[-1] = Run(last.start, last.other, run.start + run.length - last.start)
        else:
            joined.append(run)
    return joined


def _within(
    newer: Profile, older: Profile, shares: Overlap, found: Sequence[Run], settings: DedupSettings
) -> tuple[RelationKind, str]:
    if shares.jaccard >= settings.duplicate_jaccard or (
        newer.article.title == older.article.title and shares.fresh_jaccard >= settings.duplicate_jaccard
    ):
        if moved_figures(newer, older, found):
            return "update", f"the publisher's own text with other figures (J {shares.jaccard:.2f})"
        return "duplicate", f"the publisher's own text at another address (J {shares.jaccard:.2f})"
    if max(shares.larger_containment, shares.fresh_containment) >= settings.update_containment:
        grown = shares.other_containment >= shares.containment
        return "update", f"the publisher's {'longer' if grown else 'shorter'} later state of the same piece"
    return "derivative", "the publisher takes over passages of its own earlier piece"


def _across(
    newer: Profile, older: Profile, shares: Overlap, settings: DedupSettings, body: Callable[[], float]
) -> tuple[RelationKind, str]:
    line = sorted(set(newer.article.agencies) & set(older.article.agencies))
    credit = f", both credit {', '.join(line)}" if line else ""
    if shares.jaccard >= settings.syndicated_jaccard:
        return "syndicated", f"runs the text whole (J {shares.jaccard:.2f}){credit}"
    if shares.fresh_share_of_newer >= settings.cut_containment:
        return (
            "syndicated",
            f"a cut of the earlier text ({shares.fresh_share_of_newer:.0%} of it is there){credit}",
        )
    if shares.fresh_containment >= settings.copy_containment and shares.jaccard >= _EXTENDED_JACCARD:
        return (
            "syndicated",
            f"the same report, cut or extended ({shares.fresh_containment:.0%} shared){credit}",
        )
    common = body()
    if common >= settings.syndicated_body:
        return (
            "syndicated",
            f"the same report, cut, extended or re-headed ({common:.0%} of both in common){credit}",
        )
    return "derivative", f"takes over {shares.containment:.0%} of its words and adds the rest{credit}"
