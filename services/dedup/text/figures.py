# ruff: noqa: RUF001, RUF002, E501 - marks and words of many languages
"""The figures of a text as numbers, so that house styles of writing them make no difference.

`1.284.000`, `1284000`, `1 284 000`, `1’284’000` and `1,284 Millionen` are one number. A figure is also known
by what it would be in another unit of the same kind, as papers convert what agencies send.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from services.dedup import kernels

_BLANKS = " \u00a0\u2009\u202f"
_GROUPED = rf"\d{{0,2}}(?:[.,'’{_BLANKS}]\d{{3}})+(?!\d)(?:[.,]\d+)?"
_UNSPACED = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
"""Kana and Han: no blank stands between them and a figure."""
# The first digit in front of all else: it is what the search looks for.
_NUMBER = re.compile(
    rf"\d(?<![.,]\d)(?<![^\W{_UNSPACED}]\d)(?:{_GROUPED}|\d*(?:[.,]\d+)?)(?P<rest>\s?[^\W\d_]+|\s?[°%$€£])?"
)
_SCALES = {
    1e3: "tausend tsd thousand mille mil k duizend tusen tys тыс тысяч tysięcy bin",
    1e6: "million millionen mio millions millones millón milioni milione milhões milhão miljoen miljoner mln m "
    "milyon млн миллион миллиона миллионов miliona milionów",
    1e9: "milliarde milliarden mrd milliard milliards billion billions bn miljard miljarder miliardi miliardo "
    "mld млрд миллиард миллиарда миллиардов milyar",
    1e12: "billionen trillion trillions",
}
_SCALE = {word: factor for factor, words in _SCALES.items() for word in words.split()}
_UNITS = (
    (0.3048, "foot feet ft fuß"),
    (1.0, "metre metres meter meters m metros metri mètres"),
    (1000.0, "kilometre kilometres kilometer kilometers km kilómetros chilometri kilomètres"),
    (1609.344, "mile miles meile meilen mi"),
    (0.45359237, "pound pounds lb lbs"),
    (1.0, "kilogram kilograms kilogramm kg kilo kilos"),
    (907.185, "ton tons"),
    (1000.0, "tonne tonnes tonnen"),
)
_UNIT = {word: factor for factor, words in _UNITS for word in words.split()}
_MARKS = re.compile(rf"[.,'’{_BLANKS}]")
_MOST = 400
_TEXTS_AT_HAND = 2048
_LONG = 300
"""Characters of a text in which a kernel looks for digits sooner than the pattern finds one."""
_NEAR = 0.025


class Figure(NamedTuple):
    value: float
    factor: float
    """Of its unit to the base unit of its kind; 1 where it has none."""


@lru_cache(maxsize=_TEXTS_AT_HAND)
def figures(text: str) -> tuple[Figure, ...]:
    """Those of a whole text, at hand when it is laid beside the next one."""
    return figures_of(text)


def figures_of(text: str) -> tuple[Figure, ...]:
    """In order, each once; at most some hundreds."""
    found: dict[Figure, None] = {}
    for match in _numbers(text):
        number, rest, scale, factor = match[0], match["rest"], 1.0, 1.0
        if rest:
            number, word = number[: -len(rest)], rest.strip().lower()
            scale, factor = _SCALE.get(word, 1.0), _UNIT.get(word, 1.0)
        found[Figure(_value(number, scaled=scale > 1) * scale, factor)] = None
        if len(found) >= _MOST:
            break
    return tuple(found)


def _numbers(text: str) -> Iterable[re.Match[str]]:
    compiled = kernels.module("figures") if len(text) >= _LONG else None
    return _NUMBER.finditer(text) if compiled is None else compiled.numbers(text, _NUMBER)


def agree(one: Figure, other: Figure) -> bool:
    """The same number, or one of them rounded or in another unit."""
    return bool(common((one,), (other,)))


def common(ours: tuple[Figure, ...], theirs: tuple[Figure, ...]) -> int:
    """How many of the first agree with one of the second."""
    exact = {figure.value for figure in theirs}
    others = [figure for figure in ours if figure.value not in exact]
    if not others:
        return len(ours)
    rough = {value for figure in theirs for value in _rounded(figure.value)}
    measured = [figure for figure in theirs if figure.factor != 1]
    return (
        len(ours)
        - len(others)
        + sum(
            figure.value in rough
            or not exact.isdisjoint(_rounded(figure.value))
            or any(_converted(figure, other) for other in (measured if figure.factor == 1 else theirs))
            for figure in others
        )
    )


def _converted(one: Figure, other: Figure) -> bool:
    """One amount in two units."""
    if one.factor == other.factor:
        return False
    ours, theirs = one.value * one.factor, other.value * other.factor
    return abs(ours - theirs) <= _NEAR * max(ours, theirs)


@lru_cache(maxsize=4096)
def _rounded(value: float) -> tuple[float, ...]:
    """The number in two and in three digits, where it has more."""
    digits = _digits(value)
    return tuple(float(f"{value:.{fewer}g}") for fewer in (2, 3) if fewer < digits)


def _digits(value: float) -> int:
    """Significant ones."""
    return len(f"{value:.12g}".replace(".", "").strip("0"))


def _value(number: str, *, scaled: bool) -> float:
    """`scaled`: a word like "million" follows, so a single mark is a decimal one."""
    if number.isdecimal():
        return float(number)
    parts = _MARKS.split(number)
    grouped = (
        not (scaled and len(parts) == 2)
        and all(len(part) == 3 for part in parts[1:])
        and len(parts[0]) <= 3
        and parts[0] != "0"
    )
    if grouped:
        return float("".join(parts))
    whole, decimals = parts[:-1], parts[-1]
    return float(f"{''.join(whole)}.{decimals}")
