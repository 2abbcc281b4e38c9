"""What a story is about, as IPTC media topics: by the sections its outlets ran it in.

Nothing is guessed from words of the text: an outlet's own section is right far more often than it is there,
and a story without one has no subject.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

SCHEME = "http://cv.iptc.org/newscodes/mediatopic/"
"""What stands before a code in its address."""
_PATH = re.compile(r"(?:[^:/?#]+:)?(?://[^/?#]*)?([^?#]*)")
"""Of an address: as RFC 3986, appendix B, takes one apart."""
MOST = 3
"""Subjects of a story."""


def subjects(urls: Iterable[str]) -> tuple[str, ...]:
    """Codes that at least half of the articles whose address names a section have; the commonest first."""
    told = [found for url in urls if (found := _sections(url))]
    if len(told) < 2:
        return tuple(sorted(told[0])[:MOST]) if told else ()
    counts = Counter(code for found in told for code in found)
    agreed = [code for code, count in counts.items() if 2 * count >= len(told)]
    return tuple(sorted(agreed, key=lambda code: (-counts[code], code))[:MOST])


def subject_name(code: str) -> str:
    """In English, as IPTC has it."""
    return _table()[0][code]


@lru_cache(maxsize=4096)
def _sections(url: str) -> tuple[str, ...]:
    """Of the folders of an address; its last part names the article."""
    path = _PATH.match(url)
    folders = path[1].lower().split("/")[1:-1] if path else ()
    words = _table()[1]
    return tuple(dict.fromkeys([code for folder in folders if (code := words.get(folder))]))


@cache
def _table() -> tuple[dict[str, str], dict[str, str]]:
    """Names by code; codes by folder. A folder that two subjects claim says nothing."""
    read = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    names = {code: entry.pop("name") for code, entry in read.items()}
    claims: dict[str, set[str]] = {}
    for code, entry in read.items():
        for folder in (word for words in entry.values() for word in words):
            claims.setdefault(folder, set()).add(code)
    return names, {folder: codes.pop() for folder, codes in claims.items() if len(codes) == 1}
