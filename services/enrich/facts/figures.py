"""Numbers in copy, with their unit and what they count: "bis zu 12.000 nordkoreanische Soldaten".

A number that counts nothing (a year, a time of day, a score) is left out: nobody follows it.
"""
# ruff: noqa: RUF001 - marks and signs as the press sets them

import re
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

import msgspec

from services.contracts.facts import Bound, Figure
from services.enrich.facts.landmarks import COUNTED, DIGITS, landmarks, numbers

MOST = 24
"""Figures told of one text."""


class FigureWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    scale: dict[str, tuple[str, ...]]
    unit: dict[str, tuple[str, ...]]
    bound: dict[Bound, tuple[str, ...]]
    not_counted: dict[str, tuple[str, ...]]


_WORDS = msgspec.toml.decode(files(__package__).joinpath("figures.toml").read_bytes(), type=FigureWords)
_SCALES = {word: float(scale) for scale, words in _WORDS.scale.items() for word in words}
_UNITS = {word: unit for unit, words in _WORDS.unit.items() for word in words}
_BOUNDS = {word: bound for bound, words in _WORDS.bound.items() for word in words}
_SKIPPED = frozenset(_WORDS.not_counted["words"])
_POINT_LANGUAGES = frozenset("en zh ja ko th he hi".split())
"""Languages in which a point begins the decimals."""
_NOUN_FIRST = frozenset("fr es it pt ro ca ar fa".split())
_CAPITAL_NOUNS = frozenset({"de", "lb"})
_DIGITS = str.maketrans(DIGITS, "0123456789" * 3)
_NUMBER = re.compile(
    r"(\d\d{0,8}(?:[.,'’   ]\d{3})*(?:[.,]\d{1,3})?)(?![\d:/]|[.,-]\d)"
    r"(?:([万萬億亿千兆만억천조])(\d{0,4}))?"
)
_JOINTS = frozenset(".,:/–-")
_MONEY = frozenset("$€£¥")
_AFTER = re.compile(r"[\s -]{0,2}((?:Mio|Mrd|Tsd|Bio|mln|млн|млрд|тыс)\.|[^\W\d_][\w'’-]*|[%€$£₽]|°C|％)")
_COUNTER = re.compile(
    "(?:余|多)?([名人位個个只隻艘架枚件所台輛辆棟户戶歳岁軒개명곳차례건]|여\\s?명)(?:の)?([\u4e00-\u9fff]{0,2})"
)
_PEOPLE = frozenset("名人位명")


def _is_caseless(char: str) -> bool:
    """Of a script without capitals, that parts no words."""
    return char >= "\u3040" and (
        char <= "\u30ff" or "\u3400" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7af"
    )


_STOP = frozenset(
    "und oder in im am an auf aus bei mit nach von vom vor zu zum zur für gegen um ist sind war waren hat "
    "haben wurden werden seien sei sollen sollten können könnten sowie als der die das dem den des and or in "
    "on at of to for from by with is are was were have has had who that which as et ou en à de des du au aux "
    "dans par pour sur avec sont ont y o e a и или в на из от до за с со по к при было были и та або у з "
    "із".split()
)
_PARTITIVE = frozenset("de d di du des of".split())
_SIGNS = frozenset(word for word in _BOUNDS if _is_caseless(word[0]))
_ENDS_OF_BOUNDS = frozenset(word.rpartition(" ")[2] for word in _BOUNDS)
_IRREGULAR = frozenset("people men women children troops police personnel staff cattle dead".split())
_ADJECTIVE = re.compile(r"(?:ых|их|ого|его|ой|ый|ий|ая|ие|ые|ські|ських|ими|ыми)$")
_ENDINGS = re.compile(r"(?:innen|in|ern|ers|en|er|es|e|n|s|ов|ев|ей|ами|ах|ам|и|ы|а|у|ів)$")
_AHEAD = 4
_UNGROUPED = 4
_AGES = ("jährig", "year-old")
_YEARS = (1500, 2100)
"""A number between, with other words before what it would count, is a year."""
_LEAD = 24
"""Characters in front of a number that say how far it holds."""
_REMEMBERED = 16_384


def figures(title: str, text: str, language: str) -> tuple[Figure, ...]:
    """In order of appearance, each only once; the first `MOST`."""
    marks = landmarks(title, text)
    body = f"{title}\n{text[:COUNTED]}"
    if marks.has_other_digits:
        body = body.translate(_DIGITS)
    found: dict[tuple[float, str, str], Figure] = {}
    for match in numbers(_NUMBER, body, marks.decimals):
        figure = _figure(match, body, language)
        if figure is not None:
            found.setdefault((figure.value, figure.unit, figure.what), figure)
            if len(found) == MOST:
                break
    return tuple(found.values())


def _figure(match: re.Match[str], body: str, language: str) -> Figure | None:
    number = _number(match, body, language)
    if number is None:
        return None
    counted = (
        _signed(number, body)
        if _is_caseless(body[number.end : number.end + 1])
        else _worded(number, body, language)
    )
    if counted is None or not (counted.unit or counted.label):
        return None
    return Figure(
        value=counted.value,
        unit=counted.unit,
        what=stem(counted.label),
        label=counted.label,
        text=" ".join(body[number.start : counted.end].split())[:120],
        bound=_bound(body[max(0, number.start - _LEAD) : number.start]),
    )


class Number(NamedTuple):
    value: float
    unit: str
    """Of a sign of money in front."""
    start: int
    end: int
    plain: bool
    """Without marks: it may be a year."""


class Counted(NamedTuple):
    value: float
    unit: str
    label: str
    end: int


def _number(match: re.Match[str], body: str, language: str) -> Number | None:
    """None where it is part of a date, a time, a score or a longer word."""
    digits, myriad, rest = match.groups()
    begin, end = match.span()
    before = body[begin - 1 : begin]
    if (before in _JOINTS or before.isalnum()) and not _is_caseless(before):
        return None
    is_plain = digits.isdecimal()
    if not is_plain and len(digits) > _UNGROUPED and digits[: _UNGROUPED + 1].isdecimal():
        return None
    value = float(digits) if is_plain else _marked(digits, language)
    if myriad:
        value = value * _SCALES[myriad] + (float(rest) if rest else 0)
    sign = _sign(body, begin, before)
    unit = _UNITS.get(sign.strip(), "JPY") if sign else ""
    return Number(value, unit, begin - len(sign), end, is_plain and not myriad)


def _sign(body: str, begin: int, before: str) -> str:
    """Of money, right in front of a number or one blank away."""
    if before in _MONEY:
        return before
    return body[begin - 2 : begin] if before.isspace() and body[begin - 2 : begin - 1] in _MONEY else ""


def _signed(number: Number, body: str) -> Counted | None:
    """In scripts that put a counting word between number and noun, or a unit at once."""
    end = number.end
    for length in (3, 2, 1):
        if named := _UNITS.get(body[end : end + length].strip()):
            return Counted(number.value, number.unit or named, "", end + length)
    counter = _COUNTER.match(body, end)
    if counter is None:
        return None
    noun = counter[2] if len(counter[2]) == 2 and (counter[1] != "人" or "の" in counter[0]) else ""
    sign = "人" if counter[1][-1] in _PEOPLE else counter[1]
    return Counted(number.value, "", noun or sign, counter.end() if noun else counter.end(1))


def _worded(number: Number, body: str, language: str) -> Counted | None:
    """In scripts that part words: a scale, a unit, or a noun behind others."""
    most = 1 + _AHEAD if language not in _NOUN_FIRST else 3
    words, ends = _words_after(body, number.end, most, language)
    value, end = number.value, number.end
    if words and words[0].scale and (words[0].text != "m" or number.unit):
        value, end = value * words[0].scale, ends[0]
        scaled = 2 if words[1:] and words[1].text in _PARTITIVE else 1
        words, ends = words[scaled:], ends[scaled:]
    if number.unit:
        return Counted(value, number.unit, "", end)
    if not words:
        return None
    if words[0].unit:
        return Counted(value, words[0].unit, "", ends[0])
    place = _counted(words, language)
    if place is None or (place and number.plain and _YEARS[0] <= value < _YEARS[1]):
        return None
    return Counted(value, "", words[place].written, ends[place])


class Word(NamedTuple):
    written: str
    text: str
    """In lower case."""
    scale: float
    """0 of a word that multiplies nothing."""
    unit: str
    is_last: bool
    """No noun is looked for behind it."""


def _words_after(body: str, end: int, most: int, language: str) -> tuple[list[Word], list[int]]:
    """The words right behind a number, up to the next mark or to where its noun must be, and their ends."""
    words: list[Word] = []
    ends: list[int] = []
    while len(words) < most and (found := _AFTER.match(body, end)) and "\n" not in found[0]:
        end = found.end()
        word = _word(found[1], language)
        words.append(word)
        ends.append(end)
        if word.is_last:
            break
    return words, ends


@lru_cache(maxsize=_REMEMBERED)
def _word(written: str, language: str) -> Word:
    text = written.lower()
    scale = _SCALES.get(text.rstrip("."), 0.0)
    is_noun = language in _CAPITAL_NOUNS and written[0].isupper() and not scale
    is_last = is_noun or (text in _STOP and text not in _PARTITIVE)
    return Word(written, text, scale, _UNITS.get(text, ""), is_last)


def _counted(words: list[Word], language: str) -> int | None:
    """Which of the words behind a number is what it counts."""
    first = None
    for place, word in enumerate(words[:_AHEAD]):
        if place == 0 and word.text in _PARTITIVE and language not in _CAPITAL_NOUNS:
            continue
        if word.text in _STOP or word.text in _SKIPPED or word.text.startswith(_AGES):
            break
        if language in _CAPITAL_NOUNS:
            if word.written[:1].isupper():
                return place
        elif language in _NOUN_FIRST or (language == "en" and _is_plural(word.text)):
            return place
        elif first is None and not _ADJECTIVE.search(word.text):
            first = place
    return first


def _is_plural(word: str) -> bool:
    return word in _IRREGULAR or word.endswith("men") or (word.endswith("s") and not word.endswith("ss"))


@lru_cache(maxsize=_REMEMBERED)
def _marked(digits: str, language: str) -> float:
    """Of digits with marks between them, of groups or of decimals."""
    plain = re.sub(r"['’   ]", "", digits)
    marks = re.sub(r"\d", "", plain)
    if not marks:
        return float(plain)
    head, _, tail = plain.rpartition(marks[-1])
    point = "." if language in _POINT_LANGUAGES else ","
    grouped = len(tail) == 3 and (len(set(marks)) == 1) and (len(marks) > 1 or marks[-1] != point)
    if grouped:
        return float(plain.replace(".", "").replace(",", ""))
    return float(f"{re.sub('[.,]', '', head)}.{tail}")


def _bound(before: str) -> Bound:
    lead = before.lower().rstrip(" $€£¥")
    words = lead.split()
    if words and words[-1] in _ENDS_OF_BOUNDS:
        for count in (1, 2, 3):
            if bound := _BOUNDS.get(" ".join(words[-count:])):
                return bound
    if not _is_caseless(lead[-1:]):
        return ""
    return next((_BOUNDS[lead[-size:]] for size in (3, 2, 1) if lead[-size:] in _SIGNS), "")


@lru_cache(maxsize=_REMEMBERED)
def stem(word: str) -> str:
    """Equal for the forms of one noun, mostly: Soldat and Soldaten, soldier and soldiers."""
    low = word.casefold()
    bare = _ENDINGS.sub("", low)
    return bare if len(bare) >= 3 else low
