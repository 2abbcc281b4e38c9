"""Names of months and weekdays in the languages of Europe, from CLDR.

They are kept in a file: every parser process needs them, and babel takes a fifth of a second to come to them.
To write it anew: `python -m services.ingest.text.months > services/ingest/text/months.json`.
"""

import sys
import unicodedata
from functools import lru_cache
from importlib.resources import files

import msgspec

_ENGLISH = "january february march april may june july august september october november december".split()
_DAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
_ENGLISH_MONTHS = {
    **{name: number for number, name in enumerate(_ENGLISH, start=1)},
    **{name[:3]: number for number, name in enumerate(_ENGLISH, start=1)},
    "sept": 9,
}
_ENGLISH_DAYS = _DAYS | {name[:3] for name in _DAYS} | {"tues", "wednes", "thur", "thurs"}
_LOCALES = (
    "de de_AT fr es pt it nl da sv nb nn fi is pl cs sk sl hr bs sr_Latn hu ro ca gl eu et lv lt tr sq"
    " ru uk be bg mk sr el".split()
)
_EXTRA = {"maerz": 3, "mrz": 3, "aout": 8, "set": 9}
"""Written, and not in CLDR."""


def month(word: str) -> int | None:
    """Number of the month; None where a word names none, or different ones in different languages."""
    folded = fold(word)
    return _ENGLISH_MONTHS.get(folded) or _names()[0].get(folded)


def is_weekday(word: str) -> bool:
    folded = fold(word)
    return folded in _ENGLISH_DAYS or folded in _names()[1]


def fold(word: str) -> str:
    """Lower case, without accents and points."""
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(one for one in decomposed if not unicodedata.combining(one)).strip(". ")


class MonthNames(msgspec.Struct, frozen=True):
    months: dict[str, int]
    """Those that mean one month in all languages, folded."""
    days: tuple[str, ...]


@lru_cache(maxsize=1)
def _names() -> tuple[dict[str, int], frozenset[str]]:
    known = msgspec.json.decode(files(__package__).joinpath("months.json").read_bytes(), type=MonthNames)
    return known.months, frozenset(known.days)


def names_in_babel() -> MonthNames:
    from babel import Locale

    meanings: dict[str, set[int]] = {name: {number} for name, number in _EXTRA.items()}
    days: set[str] = set()
    for code in _LOCALES:
        locale = Locale.parse(code)
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in locale.months[context][width].items():
                    meanings.setdefault(fold(name), set()).add(number)
                # "segunda-feira" is two words to a reader of dates.
                days.update(
                    fold(part) for name in locale.days[context][width].values() for part in name.split("-")
                )
    months = {name: min(numbers) for name, numbers in sorted(meanings.items()) if len(numbers) == 1}
    return MonthNames(months, tuple(sorted(days)))


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(names_in_babel()), indent=1) + b"\n")
