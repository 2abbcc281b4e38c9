# ruff: noqa: RUF001 - letters and marks of many scripts
"""Churn: what changes on a page without anybody having written anything.

A new text at an address is churn when the two texts are equal but for furniture, which is

- a count of attention (views, comments, shares, readers now), a relative time ("5 minutes ago") or the
  hour of the last update, in a short line of its own that is no sentence of the copy;
- a line of a box that `boxes` knows by its heading;
- a run of headlines at the foot, replaced whole by others: two or more short lines without figures, of
  which none is about the title and hardly a word stays.

All else is news: a figure or a word in a sentence, a paragraph that comes, goes or is replaced.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import takewhile

from services.contracts.articles import Article
from services.dedup.text.attention import (
    AGO,
    BESIDE,
    CLOCK_WORDS,
    READING,
    UNITS,
    UNSPACED_AGO,
    UNSPACED_UNITS,
    UPDATED,
)
from services.dedup.text.boxes import boxes
from services.dedup.text.words import fold

_FURNITURE_WORDS = 16
_LINES_AT_HAND = 2048  # most lines of a page are in its next state, too
_FEWEST_HEADLINE_WORDS = 3
_FEWEST_HEADLINES = 2
_MOST_WORDS_KEPT = 0.2
_COUNT = (
    r"(?<![\d.,])(?:\d{1,3}(?:[.,'’\u202f\u00a0 ]\d{3})+"
    r"|\d+(?:[.,]\d+)? ?(?:k|m|mio|tsd|mil|mn|тыс|млн|万|萬)\b\.?|\d+)(?![.,:]?\d)"
)
_UNIT = "|".join(unit for line in UNITS for unit in line.split())
_UNSPACED = "|".join(UNSPACED_UNITS.split())
_ATTENTION = re.compile(
    rf"{_COUNT} ?(?:(?:{'|'.join(BESIDE.split())}) )?(?:{_UNIT}|{'|'.join(READING)})(?!\w)"
    rf"|(?<!\w)(?:{_UNIT}) ?(?:수)? ?[:：(]? ?{_COUNT}\)?"
    rf"|{_COUNT} ?[次件条條人]?(?:{_UNSPACED})|(?:{_UNSPACED})[数數量]? ?[:：(]? ?{_COUNT}\)?"
    rf"|(?<!\w)(?:{'|'.join(AGO)})(?!\w)|{UNSPACED_AGO}",
    re.IGNORECASE,
)
_STAMP = re.compile(
    rf"^\W*(?:{UPDATED})\W+(?P<when>.*\d.*)$|^\W*(?:更新|수정) ?(?P<then>\d.*)$", re.IGNORECASE
)
_CLOCK = re.compile(
    r"\d[:.h]\d\d|\d{4}|\d[./\-]\d|\d ?(?:uhr|h|[ap]\.?m\b|時|点|點|시)\b|年|년", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"[.!?…。！？؟।۔][\"'”“»)\]]*$")
_SAID_OF_IT = re.compile(r"(?: +[^\W\d_][\w'’-]*){3}")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")


def is_churn(before: Article, after: Article) -> bool:
    """Whether the newer text of an article differs from the older by nothing that anybody wrote."""
    if before.title != after.title:
        return False
    old, new = copy_of(before.text), copy_of(after.text)
    return old == new or _is_rotated(old, new, before.title)


def copy_of(text: str) -> list[str]:
    """The lines of a text without its furniture."""
    inside = boxes(text)
    lines, start = [], 0
    for raw in text.split("\n"):
        line = " ".join(_UNSEEN.sub("", raw).split())
        boxed = (start, start + len(raw)) in inside and not _SENTENCE_END.search(line)
        start += len(raw) + 1
        rest = "" if boxed else _without_attention(line)
        if rest:
            lines.append(rest)
    return lines


@lru_cache(maxsize=_LINES_AT_HAND)
def _without_attention(line: str) -> str:
    """What is left of a line when counts of attention and the hour of its update are gone."""
    if len(line.split()) > _FURNITURE_WORDS:
        return line
    rest = "" if _is_stamp(line) else _ATTENTION.sub(_unless_subject, line)
    if rest == line or _SENTENCE_END.search(rest):
        return line
    return " ".join(rest.split()) if _LETTER_OR_DIGIT.search(_updated_label(rest)) else ""


def _unless_subject(match: re.Match[str]) -> str:
    """Nothing for a count that stands for itself; the count where a line goes on to say what they did."""
    after = _SAID_OF_IT.match(match.string, match.end())
    return match[0] if after and match[0].lstrip()[:1].isdigit() else ""


def _updated_label(rest: str) -> str:
    """Nothing, where a line says no more than that it was updated."""
    return re.sub(rf"^\W*(?:{UPDATED})\W*$", "", rest, flags=re.IGNORECASE)


def _is_stamp(line: str) -> bool:
    """A label and a date or an hour: numbers, the words between them, and one name of a month at most."""
    stamp = _STAMP.match(line)
    if stamp is None:
        return False
    when = stamp["when"] or stamp["then"]
    words = [word for word in re.findall(r"(?<!\w)[^\W\d_][\w.]*", when.lower()) if word not in CLOCK_WORDS]
    names = [word for word in words if not re.fullmatch(r"[年月日時分秒시분년월일t-z]+|uhr|h", word)]
    return _CLOCK.search(when) is not None and len(names) <= (1 if re.search(r"\d{4}", when) else 0)


def _is_rotated(old: Sequence[str], new: Sequence[str], title: str) -> bool:
    """Whether a run of headlines at the foot was replaced by others, and nothing else changed."""
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))
    gone, come = old[same:], new[same:]
    if not same or min(len(gone), len(come)) < _FEWEST_HEADLINES:
        return False
    if not all(map(_is_headline, (*gone, *come))):
        return False
    before, after = ({word for line in run for word in fold(line)} for run in (gone, come))
    about = {word for word in fold(title) if len(word) > 3 or not word.isascii()}
    kept = len(before & after) / max(1, len(before | after))
    return kept <= _MOST_WORDS_KEPT and not about & (before | after)


def _is_headline(line: str) -> bool:
    words = len(line.split())
    return (
        _FEWEST_HEADLINE_WORDS <= words <= _FURNITURE_WORDS
        and not _SENTENCE_END.search(line)
        and not any(char.isdigit() for char in line)
    )
