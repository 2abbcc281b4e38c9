"""A comparison in words: counts first, examples next."""

from collections.abc import Iterator, Mapping
from typing import Any

from services.console.compare.comparison import Comparison
from services.console.compare.difference import KINDS, Difference

MEMBERS = 3
"""Articles of a story that are named."""
PLAIN = frozenset({"only-before", "only-after", "other-text", "exchanged", "renamed"})
"""Kinds of which there is no more to say than their number."""
COMPARED = (
    "articles with their texts, screens, relations, refused pairs, stories and their members, events, "
    "withdrawals; dead letters by service and reason"
)
DETAIL = 300
"""Characters of a detail that are shown."""


def in_words(found: Comparison) -> Iterator[str]:
    """Lines for a terminal; one where nothing differs."""
    if not found.differences:
        yield f"The same in every field that both have: {COMPARED}."
        yield from _beyond(found)
        return
    for kind, counts in _counted(found):
        yield f"{sum(counts.values()):>7,}  {KINDS[kind]}"
        if kind not in PLAIN:
            yield from (f"{number:>11,}  {what}" for what, number in counts.items())
    for kind, counts in _counted(found):
        for what in counts:
            yield from _examples(found, kind, what)
    yield ""
    yield f"Compared in every field that both have: {COMPARED}."
    yield from _beyond(found)


def _beyond(found: Comparison) -> Iterator[str]:
    if found.one_sided:
        yield f"Not compared, because only one of the two has it: {', '.join(found.one_sided)}."


def as_object(found: Comparison) -> dict[str, Any]:
    """For machines: every kind with its counts, and the examples."""
    return {
        "same": not found.differences,
        "one_sided": list(found.one_sided),
        "counts": {kind: dict(_by_size(counts)) for kind, counts in found.differences.counts.items()},
        "examples": [
            _as_row(found, one)
            for kind, counts in _counted(found)
            for what in counts
            for one in found.differences.examples(kind, what)
        ],
    }


def _counted(found: Comparison) -> Iterator[tuple[str, Mapping[str, int]]]:
    return ((kind, _by_size(counts)) for kind, counts in found.differences.counts.items() if counts)


def _by_size(counts: Mapping[str, int]) -> Mapping[str, int]:
    return dict(sorted(counts.items(), key=lambda part: (-part[1], part[0])))


def _examples(found: Comparison, kind: str, what: str) -> Iterator[str]:
    examples = found.differences.examples(kind, what)
    if not examples:
        return
    yield ""
    count = found.differences.counts[kind][what]
    more = f" ({len(examples):,} of {count:,} shown)" if len(examples) < count else ""
    yield f"{KINDS[kind]}: {what}{more}"
    for one in examples:
        yield from _example(found, one)


def _example(found: Comparison, one: Difference) -> Iterator[str]:
    for number, url in enumerate(one.urls[:MEMBERS]):
        article = found.articles.get(url)
        title = f"{_plain(article['title'])} ({_plain(article['source'])})" if article else "not shown now"
        yield f"  {'-' if number == 0 else ' '} {title}  {url}"
    if len(one.urls) > MEMBERS:
        yield f"    and {len(one.urls) - MEMBERS:,} more"
    if one.detail:
        yield f"      {_plain(one.detail)[:DETAIL]}"


def _as_row(found: Comparison, one: Difference) -> dict[str, Any]:
    named = [{"url": url, "title": found.articles.get(url, {}).get("title")} for url in one.urls]
    return {"kind": one.kind, "what": one.what, "detail": one.detail, "at": one.at, "articles": named}


def _plain(text: str) -> str:
    """Copy from strangers: no control characters."""
    return "".join(char if char.isprintable() else " " for char in text)
