"""When the article of a page was published, by what the page states of it and nothing else.

Only statements that were made to be read by machines, that speak of this article, and that give an instant:
a time without a zone is somebody's local time, a day alone is no time, and a time of change is another
time. No date is taken from the copy, the footer, the address, a comment or another piece.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from services.ingest.pages.linked_data import Node, text_in
from services.ingest.text.dates import read_stamp

EARLIEST = datetime(1971, 1, 1, tzinfo=UTC)
"""What lies before is the zero of some clock, not a time of publication."""
_STAMP = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ]+(\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?)\s*(Z|UTC|GMT|[+-]\d\d:?\d\d|[+-]\d\d)",
    re.IGNORECASE,
)
_METAS = etree.XPath("//meta[(@property or @name) and @content]")
_NAMES = (
    """articlepublishedtime ogarticlepublishedtime articlepublished ogpublishedtime""",
    """datepublished publishdate publisheddate publishtime publishedtime publicationdate pubdate
    publishedat originalpublicationdate articledateoriginal firstpublished rnewsdatepublished""",
    """dcdateissued dctermsissued dcissued dcdatepublished parselypubdate sailthrudate ptime
    cxenseparserecspublishtime cxenseparsepublishtime iso8601publishdate""",
)
"""Metadata that means the time of publication, without punctuation; the first line is believed first."""
_RANK = {name: rank for rank, names in enumerate(_NAMES) for name in names.split()}
_MARKED = etree.XPath(
    "//*[contains(concat(' ', @itemprop, ' '), ' datePublished ')]"
    " | //time[@pubdate or contains(concat(' ', @class, ' '), ' published ')"
    " or contains(concat(' ', @class, ' '), ' dt-published ')]"
)
_SCOPES = etree.XPath("//article | //*[@itemscope]")
_APART = frozenset("aside footer nav dialog template noscript".split())


def statements(tree: Any, heading: Any | None, nodes: Sequence[Node]) -> list[str]:
    """All that the page states of its article's publication, the likeliest first, as written.

    `heading` is the article's, `nodes` are what JSON-LD says of it.
    """
    stated = [
        *(text_in(node, "datePublished") for node in nodes),
        *_by_metadata(tree),
        *_by_markup(tree, heading),
    ]
    return [one.strip() for one in stated if one.strip()]


def published(stated: Sequence[str]) -> datetime | None:
    """The instant in UTC that the statements give; None where they give none or contradict each other."""
    stamps = [stamp for one in stated if (stamp := _instant(one))]
    return stamps[0].astimezone(UTC) if stamps and not _doubtful(stamps) else None


def _instant(text: str) -> datetime | None:
    """A time with a zone as it is written; None for all else."""
    match = _STAMP.fullmatch(text.strip())
    if not match:
        stamp = read_stamp(text)
        return stamp.at if stamp and stamp.exact and stamp.at >= EARLIEST else None
    day, time, zone = match.groups()
    try:
        read = datetime.fromisoformat(f"{day}T{time}{'Z' if zone.isalpha() else zone}")
    except (ValueError, OverflowError):
        return None
    return read if read >= EARLIEST else None


def _doubtful(stamps: list[datetime]) -> bool:
    """Whether the first is called UTC and another shows the same clock in a zone: one was mislabelled."""
    first = stamps[0]
    return not first.utcoffset() and any(
        one.utcoffset() and abs(one.replace(tzinfo=UTC) - first).total_seconds() < 60 for one in stamps[1:]
    )


def _by_metadata(tree: Any) -> list[str]:
    found = [
        (_RANK[name], meta.get("content"))
        for meta in _METAS(tree)
        if (name := re.sub(r"[\W_]", "", (meta.get("property") or meta.get("name")).lower())) in _RANK
    ]
    return [content for _, content in sorted(found, key=lambda one: one[0])]


def _by_markup(tree: Any, heading: Any | None) -> Iterator[str]:
    """Dates that are marked in the article itself: not in a card, a comment or a box beside it."""
    scopes = [one for one in _SCOPES(tree) if _is_scope(one)]
    main = _scope_of(heading) if heading is not None else (scopes[0] if len(scopes) == 1 else None)
    for element in _MARKED(tree):
        scope = _scope_of(element)
        beside = any(one.tag in _APART for one in element.iterancestors())
        in_head = any(one.tag == "head" for one in element.iterancestors())
        if not beside and (in_head or (scope is main and (scope is not None or not scopes))):
            yield element.get("content") or element.get("datetime") or ""


def _scope_of(element: Any) -> Any | None:
    return next((one for one in element.iterancestors() if _is_scope(one)), None)


def _is_scope(element: Any) -> bool:
    """Whether what is inside speaks of a piece of its own. Microdata's parts of a piece are pieces, too."""
    if element.tag == "article":
        return True
    kind = element.get("itemtype") or ""
    return element.get("itemscope") is not None and not kind.rstrip("/").endswith(("Page", "WebSite"))
