"""Pages that are no article though they came as one: nothing here, out of order, who are you, do you consent.

Such pages look alike whatever their address, and would pass for copies. They are told by their form: a
headline of nothing but the notice's own words over a short text, and no statement of when it was published.
A report *about* a page that was not found has other words in its headline, or a time.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from services.ingest.pages import phrases
from services.ingest.pages.wording import keyed
from services.ingest.readings import Refusal

LONGEST = 2_000
"""Characters of text up to which a headline alone makes a page a notice."""
BRIEF = 400
"""Characters of text up to which the text alone does."""
CLAUSES = 3
"""Different clauses of consent that make a wall …"""
LONGEST_WALL = 6_000
"""… in a text of at most this many characters."""


def _any_of(wordings: str) -> re.Pattern[str]:
    return re.compile("|".join(re.split(r"\s+\|\s+|\s*\n\s*", wordings.strip())))


_ABSENT = _any_of(phrases.ABSENT)
_ABSENT_UNSPACED = _any_of(phrases.ABSENT_UNSPACED)
_FAILED = _any_of(phrases.FAILED)
_WANTS_SCRIPT = _any_of(phrases.WANTS_SCRIPT)
_CONSENT = tuple(_any_of(clauses) for clauses in phrases.CONSENT)
_PARTS = re.compile(r"\s+[|–—·•»«:-]+\s+|\s*[|｜]\s*")  # noqa: RUF001
_SENTENCE = re.compile(r"(?<=[.!?。！？])\s+|\n")  # noqa: RUF001
_LETTERS = re.compile(r"[^\W\d_]")
_UNSPACED_LENGTH = 40
_UNSPACED_ENDING = 6
"""Letters of a verb's ending, and of politeness."""


class Notice(NamedTuple):
    refusal: Refusal
    reason: str


def notice_in(titles: Sequence[str], heading: str, names: Iterable[str], text: str) -> Notice | None:
    """What a page says instead of an article. Only for pages that state no time of publication.

    `titles` are those of the page's head, `names` what it calls its site.
    """
    if len(text) <= LONGEST:
        for part in _parts(titles, heading, {keyed(name) for name in names}, text):
            if _says_absent(part):
                return Notice("not_found", f"says that there is nothing here: {part[:80]!r}")
            if _only_says(part, _FAILED):
                return Notice("no_article", f"says that it cannot be shown: {part[:80]!r}")
    words = keyed(text[:LONGEST_WALL])
    if len(text) <= BRIEF and _WANTS_SCRIPT.search(words):
        return Notice("no_article", "asks for JavaScript")
    if len(text) <= LONGEST_WALL and sum(1 for clause in _CONSENT if clause.search(words)) >= CLAUSES:
        return Notice("no_article", "asks for consent")
    return None


def _parts(titles: Sequence[str], heading: str, names: set[str], text: str) -> list[str]:
    """What speaks for the page, the site's name aside: its heading, its titles, and of a brief one its text.

    A report's heading outweighs its titles, and where there is one no text is asked.
    """
    said = " ".join(part for part in _PARTS.split(heading) if keyed(part) not in names)
    if _says_absent(said) or _only_says(said, _FAILED):
        return [said]
    if _repeats(said, titles):
        return []
    parts = [part for title in titles for part in _PARTS.split(title) if keyed(part) not in names]
    untold = phrases.FILLERS.issuperset(keyed(said).split()) and len(text) <= BRIEF
    return [*parts, *(_SENTENCE.split(text)[:2] if untold else ())]


def _repeats(heading: str, titles: Sequence[str]) -> bool:
    words = set(keyed(heading).split())
    return any(len(words & set(keyed(title).split())) * 2 > len(words) for title in titles)


def _says_absent(part: str) -> bool:
    return _says_absent_unspaced(part) or _only_says(part, _ABSENT)


def _says_absent_unspaced(part: str) -> bool:
    """Where words are not told apart, by how little stands beside those of the notice."""
    match = _ABSENT_UNSPACED.search(part)
    if match is None or len(part) > _UNSPACED_LENGTH:
        return False
    return len(_LETTERS.findall(part[match.end() :])) <= _UNSPACED_ENDING


def _only_says(part: str, wording: re.Pattern[str]) -> bool:
    words = keyed(part)
    return bool(words and wording.search(words)) and phrases.FILLERS.issuperset(words.split())
