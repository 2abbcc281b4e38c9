"""Whether copy begins with an agency: alone, or after its place and date.

"AP - …", "BERLIN (dpa) - …", "Заречинск. 3 марта. ИНТЕРФАКС - …", "【青嶺共同】…", "新华社青岚3月3日电 …".
"""
# ruff: noqa: RUF001, RUF002 - scripts and marks as the press writes them

import re
from itertools import pairwise

from services.ingest.credits.mentions import Mention
from services.ingest.credits.presses import HOMONYMS
from services.ingest.credits.wording import UNPARTED, WORDING, one_of

HEAD = 400
"""Reach of datelines and bylines from the start, in characters."""
_REACH = 70
"""The same of a dateline that has no brackets."""
_WORDS = 9
DASH = re.compile(r"\s*[.,]?\s*(?:--?|–|—|:)(?!\w)")
_ONLY_LEAD = re.compile(r"\s*(?:By |Von |\()?$")
_PLACE_THEN_COLON = re.compile(r"(?:,? (?:[A-Z][\w.-]*|\d{1,4})){1,6}:")
_DATE = re.compile(r",? \d{1,2}\.? [^\W\d]{3,9}(?: \d{4})?\.? ?(?:[./–—-] )")
_OPEN = re.compile(r"(?:^|\n)\s*[(\[]([^()\[\]\n。!?]{0,40})$")
_DISPATCH = one_of(WORDING.dispatch)
_DISPATCHED = rf"{_DISPATCH}(?![视視话話影力子脑腦台商池动動网網信车車报報])"
_CLOSED = re.compile(rf"(?:[^()\[\]\n。!?]{{0,30}}{_DISPATCH}[^()\[\]\n。!?]{{0,12}})?\s?[)\]]")
_DATED = r"\d{1,2}[日일]\s?(?:--?|–|—)\s"
_SENT_FROM = re.compile(rf"[^()\[\]\n。!?,，]{{0,30}}(?:{_DISPATCHED}|{_DATED})")
_ONLY_LINE = re.compile(r"(?:^|\n)\s*(?:据|據)?$")
_WORD = re.compile(r"[^\s,.:/()–—-]+")
_PARTED = re.compile(r"(?:[.,:/)–—-]|\d(?: م)?|هـ) ?$")
_ENDS_DATELINE = re.compile(r"\s*(?:--?(?!\w)|–|—|\.?\s*\n|(?:, [^\W\d_]+ [^\W\d_]+\.|[.:])\s)")


def begins_copy(mention: Mention) -> bool:
    return (
        _stands_in_front(mention)
        or _stands_in_bracket(mention)
        or _stands_bare(mention)
        or _sends_dispatch(mention)
    )


def is_dateline(words: str) -> bool:
    """Place and date: few words, written large or without case, or small right after a number."""
    tokens = _WORD.findall(words)
    if not tokens or len(tokens) > _WORDS or tokens[0][:1].islower():
        return False
    return all(
        not word[:1].islower()
        or before[-1:].isdigit()
        or (before in {"de", "di"})
        or word in {"de", "di", "am"}
        for before, word in pairwise(tokens)
    )


def _stands_in_front(mention: Mention) -> bool:
    """As in "AP - …", "Reuters Athens Aug 23: …", "The Associated Press By …"."""
    if mention.from_start > 12 or not _ONLY_LEAD.match(mention.before):
        return False
    after = mention.after
    if mention.name in HOMONYMS and ", " in mention.list:
        return False
    dashed = DASH.match(after)
    if dashed:
        return not dashed[0].endswith(":")
    return bool(_PLACE_THEN_COLON.match(after) or _DATE.match(after) or re.match(r"\s+By [A-Z]|\s*\n", after))


def _stands_in_bracket(mention: Mention) -> bool:
    """As in "[東京 3日 ロイター]", "(서울=연합뉴스)", "（路透社青岚3日电）"."""
    opened = _OPEN.search(mention.before)
    if not opened or mention.from_start > HEAD or not _CLOSED.match(mention.after):
        return False
    return not opened[1].strip() or is_dateline(opened[1])


def _stands_bare(mention: Mention) -> bool:
    """As in "МОСКВА, 3 мар — РИА Новости.", "Oslo, NTB –"; of a homonym only after a date."""
    place = mention.before.strip()
    if mention.from_start > _REACH or not _PARTED.search(mention.before) or "\n" in place:
        return False
    dated = any(char.isdigit() for char in place)
    if mention.name in HOMONYMS and not dated:
        return False
    return is_dateline(place) and _ENDS_DATELINE.match(mention.after) is not None


def _sends_dispatch(mention: Mention) -> bool:
    return (
        mention.from_start < HEAD
        and re.match(f"[{UNPARTED}]", mention.name) is not None
        and _ONLY_LINE.search(mention.before) is not None
        and _SENT_FROM.match(mention.after) is not None
    )
