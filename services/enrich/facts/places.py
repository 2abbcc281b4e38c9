"""Places known by name in every language handled: countries, and the cities that CLDR names time zones by."""
# ruff: noqa: RUF001 - letters of many scripts

from functools import cache
from typing import NamedTuple

from services.contracts.facts import NameKind
from services.enrich.facts.cldr import names
from services.enrich.facts.countries import countries

_CITIES = {
    "Pyongyang": ("Pjöngjang", "Pyongyang", "Пхеньян", "평양", "平壤", "平壌", "بيونغ يانغ", "Piongyang"),
    "Beijing": (
        "Peking",
        "Beijing",
        "Pékin",
        "Pekín",
        "Pechino",
        "Pequim",
        "Пекин",
        "北京",
        "베이징",
        "بكين",
    ),
    "Washington": ("Washington", "Вашингтон", "华盛顿", "ワシントン", "워싱턴", "واشنطن"),
    "Geneva": (
        "Genf",
        "Geneva",
        "Genève",
        "Ginebra",
        "Ginevra",
        "Женева",
        "日内瓦",
        "ジュネーブ",
        "제네바",
        "جنيف",
    ),
    "Kyiv": ("Kiew", "Kyiv", "Kiev", "Киев", "Київ", "基辅", "キーウ", "키이우", "كييف"),
}
"""Where news comes from that names no zone."""


_GENITIVE = frozenset("s'’")


class Place(NamedTuple):
    kind: NameKind
    code: str
    key: str
    """Equal for all names of one place."""
    name: str = ""
    """As it is written where no ending is added."""


@cache
def places() -> dict[str, Place]:
    """Name as written to what it names. A country wins over a city of its name."""
    found: dict[str, Place] = {}
    for key, forms in _CITIES.items():
        found.update(dict.fromkeys(forms, Place("place", "", key)))
    for name, key in names().cities.items():
        found.setdefault(name, Place("place", "", key))
    found |= {name: Place("country", code, code) for name, code in countries().items()}
    return {name: place._replace(name=name) for name, place in found.items() if len(name) > 1}


def place_of(name: str) -> Place | None:
    """By its name, also with the ending of a genitive or, in Cyrillic, of another case."""
    found = places().get(name)
    if found is not None:
        return found
    last = name[-1:]
    if last in _GENITIVE:
        return places().get(name.rstrip("'’s"))
    return _stems().get(_stem(name)) if "а" <= last <= "ї" else None


@cache
def spelt_places() -> dict[str, Place]:
    """Names as written, and with the ending of a genitive."""
    known = places()
    return {
        f"{name}s": place for name, place in known.items() if name.isascii() or name[-1:] < "\u0250"
    } | known


@cache
def _stems() -> dict[str, Place]:
    return {_stem(name): place for name, place in places().items() if "а" <= name[-1:].lower() <= "ї"}


def _stem(name: str) -> str:
    cut = name.removesuffix("ой").removesuffix("ом").removesuffix("ам").removesuffix("ах")
    return cut.rstrip("аеиоуыэюяйьії")
