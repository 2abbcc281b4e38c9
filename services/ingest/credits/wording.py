"""The words around an agency's name that say what it is there for, as regular expressions."""

import re
from collections.abc import Iterable
from importlib.resources import files

import msgspec


class Wording(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """By language. What each table is for stands in `wording.toml`."""

    picture: dict[str, tuple[str, ...]]
    material: dict[str, tuple[str, ...]]
    company: dict[str, tuple[str, ...]]
    conjunction: dict[str, tuple[str, ...]]
    particle: dict[str, tuple[str, ...]]
    agency: dict[str, tuple[str, ...]]
    source: dict[str, tuple[str, ...]]
    byline: dict[str, tuple[str, ...]]
    contribution: dict[str, tuple[str, ...]]
    rights: dict[str, tuple[str, ...]]
    dispatch: dict[str, tuple[str, ...]]
    report: dict[str, tuple[str, ...]]
    citing: dict[str, tuple[str, ...]]
    saying: dict[str, tuple[str, ...]]


WORDING = msgspec.toml.decode(files(__package__).joinpath("wording.toml").read_bytes(), type=Wording)
UNPARTED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
"""Scripts that do not part words: Thai, Kana, Han, and Hangul, whose particles stick to a name."""


def words(table: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Of all languages, the longest first."""
    return tuple(
        sorted({word for found in table.values() for word in found}, key=lambda word: (-len(word), word))
    )


def one_of(*tables: dict[str, tuple[str, ...]]) -> str:
    """A regular expression for any word of the tables, to be looked for in lower case."""
    kinds: dict[tuple[str, str], list[str]] = {}
    for word in (word for table in tables for word in words(table)):
        kinds.setdefault(_bounds(word), []).append(word.strip("*"))
    return f"(?:{'|'.join(begins + alternatives(found) + ends for (begins, ends), found in kinds.items())})"


def _bounds(word: str) -> tuple[str, str]:
    if re.match(f"[{UNPARTED}]", word):
        return "", ""
    ends = r"\w*" if word.endswith("*") else r"(?!\w)" if word[-1:].isalnum() else ""
    return r"(?<![\w-])" if word[:1].isalnum() else "", ends


def alternatives(names: Iterable[str]) -> str:
    """A regular expression for one of `names`, the longest first.

    It branches by one character after the other: `re` tries the branches of an alternation in turn, and of
    hundreds of names at each character of a text few begin as it goes on.
    """
    by_first: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        by_first.setdefault(name[:1], []).append(name[1:])
    ends = by_first.pop("", None) is not None
    branches = [re.escape(first) + _rest(rests) for first, rests in by_first.items()]
    return f"(?:{'|'.join([*branches, ''] if ends else branches)})"


def _rest(rests: list[str]) -> str:
    return re.escape(rests[0]) if len(rests) == 1 else alternatives(rests)
