"""What two versions are to each other, and why: pure rules over exact numbers.

`relate` gives a relation from the newer to the older, or the reason why there is none.
"""

import re
from typing import NamedTuple

from services.contracts.relations import Relation, RelationKind, ScreenReason
from services.dedup.relations.overlap import Overlap, overlap
from services.dedup.relations.passages import Run, figure_conflicts, passages, runs
from services.dedup.search.profile import Profile
from services.dedup.settings import DedupSettings
from services.dedup.text.words import fold

_HOUR_US = 3_600_000_000
_DAY_US = 24 * _HOUR_US
_GAP_WORDS = 12
_DENSE_FIGURES = 20
_OPENING_WORDS = 10
_CONTAINED = 0.8
_CORRECTION = re.compile(
    r"\b(?:korrektur|korrigiert|berichtigung|richtigstellung|corrected|correction|corrects|clarification|"
    r"in einer (?:früheren|vorherigen|älteren|ersten) (?:version|fassung)|an earlier version|"
    r"errata|rectificatif|corrección|rectifica)\b",
    re.IGNORECASE,
)


class Unrelated(NamedTuple):
    """Why two versions are not related."""

    reason: ScreenReason | None
    """Set where a screen refused the pair."""
    detail: str


def relate(
    newer: Profile, older: Profile, settings: DedupSettings, *, bands: int = 0, samples: int = 0
) -> Relation | Unrelated:
    """The relation of the newer version to the older one."""
    shares = overlap(newer, older, stale_days=settings.novelty_least)
    refused = _too_little(newer, older, shares, settings)
    if refused:
        return refused
    found = runs(newer, older)
    refused = (
        _rubric(newer, older, shares, settings)
        or _series(newer, older, found, settings)
        or _form(newer, older, shares, found, settings)
        or _boilerplate(newer, older, shares, found)
    )
    if refused:
        return refused
    kind, why = _kind(newer, older, shares, settings)
    if kind == "background" and max((run.length for run in found), default=0) < settings.background_run:
        return Unrelated(None, f"no passage of {settings.background_run} words")
    return Relation(
        other_article_id=older.article.article_id,
        other_version_id=older.article.version_id,
        other_url=older.article.url,
        kind=kind,
        correction=kind == "update"
        and corrects(newer.article.title, newer.article.text)
        and not corrects(older.article.title, older.article.text),
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


def corrects(title: str, text: str) -> bool:
    """The text says of itself that it corrects an earlier state."""
    return bool(_CORRECTION.search(title) or _CORRECTION.search(text))


def _too_little(newer: Profile, older: Profile, shares: Overlap, settings: DedupSettings) -> Unrelated | None:
    if _same_text(newer, older, shares):
        return None
    if shares.fresh_shared < min(settings.background_fresh, settings.least_fresh):
        stale = shares.shared - shares.fresh_shared
        return Unrelated(
            None,
            f"{shares.shared} shared shingles, {stale} of them no evidence: seen on several earlier days",
        )
    far = newer.at_us - older.at_us > settings.far_days * _DAY_US
    if far and shares.unseen_shared < settings.far_unseen * shares.fresh_shared:
        return Unrelated(
            "template",
            f"{settings.far_days:g} days apart, and the shared text came back in between",
        )
    return None


def _same_text(newer: Profile, older: Profile, shares: Overlap) -> bool:
    """Equal long texts under titles that agree are one text, however often it was seen."""
    return (
        shares.jaccard >= 0.98
        and shares.shared >= 30
        and bool(newer.title & older.title or newer.article.title == older.article.title)
    )


def _rubric(newer: Profile, older: Profile, shares: Overlap, settings: DedupSettings) -> Unrelated | None:
    """The same headline on another day over a text that is mostly another one: a regular column."""
    hours = (newer.at_us - older.at_us) / _HOUR_US
    if newer.article.source != older.article.source or newer.article.title != older.article.title:
        return None
    if not settings.template_hours <= hours <= settings.story_days * 24 or shares.jaccard >= 0.5:
        return None
    if shares.larger_containment >= _CONTAINED:
        return None
    return Unrelated(
        "template", f"the same headline {hours:.0f} hours later over another text (J {shares.jaccard:.2f})"
    )


def _series(newer: Profile, older: Profile, found: list[Run], settings: DedupSettings) -> Unrelated | None:
    """One frame, other figures: two days of a series, or two firms in one form."""
    common = len(newer.figures & older.figures)
    poorer = min(len(newer.figures), len(older.figures))
    agreement = common / max(1, len(newer.figures | older.figures))
    same = newer.article.source == older.article.source
    bound = settings.template_agreement if same else settings.template_agreement_across
    enough = 2 if same and newer.title == older.title else settings.template_least_figures
    if poorer < enough or agreement >= bound or common >= settings.template_contained * poorer:
        return None
    conflicts = figure_conflicts(newer, older, found, gap=_GAP_WORDS)
    hours = (newer.at_us - older.at_us) / _HOUR_US
    apart = hours >= settings.template_hours
    near = hours < settings.far_days * 24 and conflicts >= (1 if apart else 2) and (apart or agreement < 0.5)
    dense = apart and conflicts >= 3 and poorer >= _DENSE_FIGURES
    if not (near or dense):
        return None
    return Unrelated(
        "template",
        f"same frame, other figures: {common} of {poorer} agree, {conflicts} in the same place differ",
    )


def _subject(version: Profile) -> str:
    """The word a title begins with."""
    return next(iter(fold(version.article.title)), "")


def _form(
    newer: Profile, older: Profile, shares: Overlap, found: list[Run], settings: DedupSettings
) -> Unrelated | None:
    """Short texts of one publisher whose opening words alone name different subjects."""
    if newer.article.source != older.article.source or max(newer.words, older.words) > settings.form_words:
        return None
    if shares.jaccard >= 0.5 or _subject(newer) == _subject(older) or _CORRECTION.search(newer.article.title):
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


def _boilerplate(newer: Profile, older: Profile, shares: Overlap, found: list[Run]) -> Unrelated | None:
    """One publisher, two titles, and nothing that either title names is in what is shared."""
    if newer.article.source != older.article.source or not newer.title or not older.title:
        return None
    if newer.title & older.title or _same_text(newer, older, shares):
        return None
    shared = _shared_words(newer, found)
    if shared & newer.title or shared & older.title:
        return None
    return Unrelated(
        "stub" if shares.jaccard >= 0.5 else "teaser",
        "the shared text is about neither title: it belongs to the site, not to the article",
    )


def _shared_words(newer: Profile, found: list[Run]) -> set[str]:
    words = fold(newer.article.text)
    return {word for run in found for word in words[run.start : run.start + run.length]}


def _kind(
    newer: Profile, older: Profile, shares: Overlap, settings: DedupSettings
) -> tuple[RelationKind, str]:
    strong = (
        shares.jaccard >= settings.reuse_jaccard or shares.larger_containment >= settings.reuse_containment
    )
    fresh = shares.fresh_shared >= settings.least_fresh and shares.fresh_containment >= settings.reuse_fresh
    if not (strong and fresh) and not _same_text(newer, older, shares):
        return "background", (
            f"shares {shares.fresh_shared} novel shingles, {shares.fresh_containment:.0%} of the poorer "
            "side: passages, not the text"
        )
    if newer.article.source == older.article.source:
        return _within(shares, settings)
    return _across(newer, older, shares, settings)


def _within(shares: Overlap, settings: DedupSettings) -> tuple[RelationKind, str]:
    if shares.jaccard >= settings.duplicate_jaccard:
        return "duplicate", f"the publisher's own text at another address (J {shares.jaccard:.2f})"
    if max(shares.larger_containment, shares.fresh_containment) >= settings.update_containment:
        grown = shares.other_containment >= shares.containment
        return "update", f"the publisher's {'longer' if grown else 'shorter'} later state of the same piece"
    return "derivative", "the publisher takes over passages of its own earlier piece"


def _across(
    newer: Profile, older: Profile, shares: Overlap, settings: DedupSettings
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
    return "derivative", f"takes over {shares.containment:.0%} of its words and adds the rest{credit}"
