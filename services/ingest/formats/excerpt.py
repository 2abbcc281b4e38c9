"""Whether a feed's copy of an article says that there is more of it, and the copy without saying so.

By form first: a link to the entry itself is the last thing in it. Then by what such lines say.
"""

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from ahocorasick_rs import AhoCorasick

from services.ingest.formats import announcements
from services.ingest.text.plain import Run, joined, runs, tidy
from services.ingest.urls import canonical, host_of

FEW_WORDS = 6
"""Words of a link that sends its reader on, beside the title."""
FEW_BEHIND = 3
"""Words behind an announcement that say where, as the name of the outlet."""
LEAST_ANNOUNCED = 7
"""Characters of an announcement that is told from a sentence's first word ("Mehr", "More")."""
LONGEST_LINE = 400
"""Characters of a line under the text."""
LINES_UNDER = 4
"""How many such lines are looked at."""
_ELLIPSIS = re.compile(r"(?:…|⋯|\.\s?\.\s?\.|\[\+\d+ chars)[\])}\s。.]*$")
_LETTERS = re.compile(r"[^\W_]+")
_ADDRESS = re.compile(r"https?://\S+")
_TALK = re.compile(r"#.*(?:comment|respond|disqus|reply|share)", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?…。！？»”\"'\u2019)\]}>:：]\s*$|^$")  # noqa: RUF001


class Copy(NamedTuple):
    text: str
    excerpt: bool


def read_copy(markup: str, addresses: Collection[str], title: str) -> Copy:
    """`addresses`: where the entry is, the first one absolute. `title`: as plain text."""
    if not markup:
        return Copy("", excerpt=False)
    own = _Own(addresses, title)
    left, excerpt = runs(markup), False
    for _ in range(LINES_UNDER):
        shorter, announces = _without_last_line(left, own)
        if len(shorter) == len(left) and not announces:
            break
        left, excerpt = shorter, excerpt or announces
    text = joined(left)
    text, announces = _without_words(text, title)
    return Copy(text, excerpt or announces or bool(_ELLIPSIS.search(text)))


class _Own:
    """What an entry's links to itself look like."""

    def __init__(self, addresses: Collection[str], title: str) -> None:
        self._base = next(iter(addresses), "")
        self._addresses = {_bare(one) for one in addresses if one}
        self.title = frozenset(_words(title))

    def is_entry(self, href: str) -> bool:
        return bool(href) and _bare(urljoin(self._base, href)) in self._addresses

    def is_on_site(self, href: str) -> bool:
        """An address of the entry's host, as by the number of a post that has a name too."""
        return host_of(urljoin(self._base, href)) == host_of(self._base)

    def is_site(self, href: str) -> bool:
        """A front page."""
        there = urljoin(self._base, href)
        return bool(href) and bool(host_of(there)) and urlsplit(there).path in {"", "/"}


def _bare(url: str) -> str:
    return (canonical(url) or url).partition("://")[2].removeprefix("www.").rstrip("/")


def _without_last_line(found: list[Run], own: _Own) -> tuple[list[Run], bool]:
    """The text without the line under it; whether that line says that there is more."""
    found = _without_blank(found)
    start = _last_line(found)
    line = found[start:]
    if not line:
        return found, False
    if _tells_where_first(line, own):
        return found[:start], False
    link = _last_link(line)
    if link is not None and _sends_on(line[link:], tidy("".join(run.text for run in line[:link])), own):
        return found[: start + link], True
    return found, False


def _without_blank(found: list[Run]) -> list[Run]:
    while found and not found[-1].text.strip():
        found = found[:-1]
    return found


def _last_line(found: Sequence[Run]) -> int:
    return next((at + 1 for at in range(len(found) - 1, -1, -1) if found[at].text == "\n"), 0)


def _last_link(line: Sequence[Run]) -> int | None:
    """Where the link begins that ends a line but for arrows and points."""
    at = len(line)
    while at and not line[at - 1].href and not _LETTERS.search(line[at - 1].text):
        at -= 1
    if not at or not line[at - 1].href:
        return None
    href = line[at - 1].href
    while at and line[at - 1].href == href:
        at -= 1
    return at


def _sends_on(link: Sequence[Run], before: str, own: _Own) -> bool:
    """Whether a link that ends a line, behind the words `before`, leads to the rest of the text."""
    text = tidy("".join(run.text for run in link))
    href = link[0].href
    if _TALK.search(href) or not _LETTERS.search(text) or _normal(text) in _not_read_on():
        return False
    if _normal(text) in _read_on():
        return own.is_entry(href) or own.is_on_site(href)
    few = len([word for word in _words(text) if word not in own.title]) <= FEW_WORDS
    return few and own.is_entry(href) and _SENTENCE_END.search(before) is not None


def _tells_where_first(line: Sequence[Run], own: _Own) -> bool:
    """Whether a line is "The post X appeared first on Y", by its two links or by its words."""
    text = "".join(run.text for run in line)
    # Tidy, one line is what its parts between spaces are: most are too long by their beginning.
    if len(tidy(text[: text.rfind(" ", 0, 2 * LONGEST_LINE) + 1])) > LONGEST_LINE:
        return False
    text = tidy(text)
    if len(text) > LONGEST_LINE:
        return False
    hrefs = {run.href for run in line if run.href}
    beside = _words(" ".join(run.text for run in line if not run.href))
    linked = any(map(own.is_entry, hrefs)) and any(map(own.is_site, hrefs)) and len(hrefs) == 2
    return (linked and 0 < len(beside) <= 8) or _first_appeared().search(
        text.lower().replace("\u2019", "'")
    ) is not None


def _without_words(text: str, title: str) -> tuple[str, bool]:
    """The text without words at its end that say there is more, where no link marks them."""
    tail = text.rpartition("\n")[2][-LONGEST_LINE:]
    if not _may_announce(tail):
        return text, False
    for match in reversed(list(_announcement().finditer(tail))):
        before, behind = tail[: match.start()], _ADDRESS.sub("", tail[match.end() :])
        if _SENTENCE_END.search(before) and (
            set(_words(behind)) <= set(_words(title)) or _is_line_alone(match[0], before, behind)
        ):
            return tidy(text[: len(text) - len(tail) + match.start()]), True
    return text, False


def _is_line_alone(announced: str, before: str, behind: str) -> bool:
    """Whether a line says no more than to read on, and where."""
    words = _words(behind)
    where = 0 < len(words) <= FEW_BEHIND and words[0] in _places() and not behind.lstrip().startswith(":")
    return where and not before.strip() and len(_normal(announced)) >= LEAST_ANNOUNCED


def _words(text: str) -> list[str]:
    return [word.lower() for word in _LETTERS.findall(text)]


def _normal(text: str) -> str:
    return " ".join(_words(text))


@lru_cache(maxsize=1)
def _read_on() -> frozenset[str]:
    return frozenset(_normal(one) for one in _split_phrases(announcements.READ_ON))


@lru_cache(maxsize=1)
def _places() -> frozenset[str]:
    return frozenset(announcements.PLACES.split())


@lru_cache(maxsize=1)
def _not_read_on() -> frozenset[str]:
    return frozenset(_normal(one) for one in _split_phrases(announcements.NOT_READ_ON))


def _split_phrases(lines: str) -> list[str]:
    return [one.strip() for one in lines.replace("\n", "|").split("|") if one.strip()]


@lru_cache(maxsize=1)
def _clear_phrases() -> list[str]:
    return sorted(filter(_is_clear, _split_phrases(announcements.READ_ON)), key=len, reverse=True)


def _may_announce(tail: str) -> bool:
    """Whether a phrase is in it, which is seen at once; what is around one takes a look at each place."""
    try:
        return bool(_finder().find_matches_as_indexes(_folded(tail)))
    except UnicodeEncodeError:  # lone surrogates
        return True


@lru_cache(maxsize=1)
def _finder() -> AhoCorasick:
    return AhoCorasick([_folded(phrase) for phrase in _clear_phrases()])


def _folded(text: str) -> str:
    """Equal where a regular expression that ignores case finds no difference."""
    return text.replace("\u0130", "i").replace("\u0131", "i").replace("\u2019", "'").casefold()


@lru_cache(maxsize=1)
def _announcement() -> re.Pattern[str]:
    """An announcement, with the brackets and arrows before it."""
    said = _clear_phrases()
    phrases = "|".join(re.escape(one).replace("'", "['\u2019]") for one in said)
    return re.compile(rf"[(\[«<→►▶»\s]*\b(?:{phrases})(?!\w)", re.IGNORECASE)


def _is_clear(phrase: str) -> bool:
    """One short word ("more", "suite") ends many a text that is whole: it counts in a link alone."""
    return " " in phrase or len(phrase) > 6 or not phrase.isascii()


@lru_cache(maxsize=1)
def _first_appeared() -> re.Pattern[str]:
    rules: list[str] = []
    begins = ""
    for line in announcements.FIRST_APPEARED.strip("\n").split("\n"):
        if line.startswith(" "):
            rules.append(rf"^(?:{begins})\b.{{1,300}}\b(?:{_either(line)})\b.{{1,120}}$")
        else:
            begins = _either(line)
    rules.append(rf"(?:{_either(announcements.FIRST_APPEARED_AT_THE_END)})[\W_]{{0,5}}$")
    rules.append(rf"^.{{1,300}}(?:{_either(announcements.FIRST_APPEARED_WITHIN)}).{{1,120}}$")
    return re.compile("|".join(rules))


def _either(line: str) -> str:
    return "|".join(re.escape(one.strip()) for one in line.split("|"))
