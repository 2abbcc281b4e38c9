"""Who supplies copy and who is quoted: agencies and outlets by the names the press gives them."""
# ruff: noqa: RUF001 - an Arabic letter

import re
from collections import defaultdict
from collections.abc import Iterator
from importlib.resources import files

import msgspec


class Agency(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    names: tuple[str, ...] = ()
    homonyms: tuple[str, ...] = ()
    """Names that also mean something else."""
    shown: str = ""
    sites: tuple[str, ...] = ()
    """Registrable domains of its own that do not begin with one of its names."""

    def __post_init__(self) -> None:
        if not self.names + self.homonyms:
            raise ValueError("an agency needs a name")

    @property
    def title(self) -> str:
        return self.shown or (self.names + self.homonyms)[0]


def _data(name: str) -> bytes:
    return files(__package__).joinpath(name).read_bytes()


AGENCIES = msgspec.toml.decode(_data("agencies.toml"), type=dict[str, Agency])
"""By slug."""
OUTLETS = msgspec.toml.decode(_data("outlets.toml"), type=dict[str, tuple[str, ...]])
"""Name as reported to newsrooms, and the forms it takes in copy."""

_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def _spellings(name: str) -> Iterator[str]:
    yield name
    if name.isupper() and " " not in name:
        yield name.translate(_WIDE)
    if re.fullmatch(r"\w(?: \w)+", name):
        bare = name.replace("أ", "ا")
        for spaced in dict.fromkeys((name, bare)):
            pointed = (spaced.replace(" ", "."), spaced.replace(" ", ". "))
            yield from (spaced, *pointed, *(f"{form}." for form in pointed))


def _slugs() -> dict[str, tuple[str, ...]]:
    slugs: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for slug, agency in AGENCIES.items():
        for name in agency.names + agency.homonyms:
            for spelling in _spellings(name):
                slugs[spelling][slug] = None
    return {name: tuple(found) for name, found in slugs.items()}


SLUGS = _slugs()
"""Of each name, as it is spelled in copy."""
HOMONYMS = frozenset(
    spelling for agency in AGENCIES.values() for name in agency.homonyms for spelling in _spellings(name)
)
SHOWN_AS = {
    **{name: AGENCIES[slugs[0]].title for name, slugs in SLUGS.items()},
    **{form: name for name, forms in OUTLETS.items() for form in forms},
}
"""How a name is reported when it is cited."""
