"""The words around names, numbers and quotations that say what these are."""

from functools import cache
from importlib.resources import files

import msgspec

Table = dict[str, tuple[str, ...]]


class Wording(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """By language. What each table is for stands in `wording.toml`."""

    role: Table
    organisation: Table
    place: Table
    opening: Table
    saying: Table


WORDING = msgspec.toml.decode(files(__package__).joinpath("wording.toml").read_bytes(), type=Wording)


class Words(msgspec.Struct, frozen=True):
    """Words of one table, whole or by their ends."""

    whole: frozenset[str]
    begins: tuple[str, ...]
    ends: tuple[str, ...]

    def __contains__(self, word: str) -> bool:
        return word in self.whole or word.startswith(self.begins) or word.endswith(self.ends)


@cache
def words(table: str, language: str) -> Words:
    """Of one language; of all where it has none of its own."""
    by_language: Table = getattr(WORDING, table)
    own = by_language.get(language)
    listed = own or tuple(dict.fromkeys(word for found in by_language.values() for word in found))
    return Words(
        frozenset(word for word in listed if "*" not in word),
        tuple(word.rstrip("*") for word in listed if word.endswith("*")),
        tuple(word.lstrip("*") for word in listed if word.startswith("*")),
    )
