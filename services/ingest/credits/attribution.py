"""Who is credited with the copy, and who is quoted as its source.

A credit stands in fixed places: a dateline, a bracket after the last sentence, a sign-off, a byline, a
source label. The same name under a photo or beside a verb of saying is none: "told Reuters" and "laut
AFP" are citations. Each rule looks at what stands right before and after one mention.
"""
# ruff: noqa: RUF001 - typographic quotes are what press copy is made of

import re
from typing import NamedTuple

from services.ingest.credits.citations import is_cited
from services.ingest.credits.datelines import DASH, HEAD, begins_copy, is_dateline
from services.ingest.credits.mentions import Mention, mentions
from services.ingest.credits.presses import HOMONYMS, OUTLETS, SHOWN_AS, SLUGS
from services.ingest.credits.wording import WORDING, one_of

SCANNED = 40_000
"""Characters of a text that are looked at; of a longer one its beginning and its end, half each."""
_STOPS = frozenset("\n.,।")
TAIL = 500
"""Reach of source notes from the end, in characters."""


class Credits(NamedTuple):
    agencies: tuple[str, ...]
    """Slugs, sorted."""
    cited: tuple[str, ...]
    """Outlets and agencies named as source of facts, in order of appearance."""


def credits_of(title: str, text: str, source: str = "") -> Credits:
    """Credits of an article; `source` itself is never reported as cited."""
    agencies: set[str] = set()
    said: list[str] = []
    for mention in (*mentions(title), *mentions(_scanned(text))):
        slugs = SLUGS.get(mention.name)
        if slugs and _is_credit(mention):
            agencies.update(slugs)
        elif is_cited(mention):
            said.append(mention.name)
    return Credits(tuple(sorted(agencies)), _cited(said, agencies, source))


def _cited(said: list[str], agencies: set[str], source: str) -> tuple[str, ...]:
    own = _squeezed(source)
    shown = dict.fromkeys(SHOWN_AS[name] for name in said if agencies.isdisjoint(SLUGS.get(name, ())))
    return tuple(
        name for name in shown if own not in {_squeezed(form) for form in (name, *OUTLETS.get(name, ()))}
    )


def _squeezed(name: str) -> str:
    return re.sub(r"\W", "", name.lower())


def _scanned(text: str) -> str:
    return text if len(text) <= SCANNED else f"{text[: SCANNED // 2]}\n{text[-SCANNED // 2 :]}"


_WITH = one_of(WORDING.company)
_THE = rf"(?:{one_of(WORDING.particle)} ?){{0,2}}"
_AGENCY = rf"(?:{one_of(WORDING.agency)}:? )?"
_LABELS = rf"{one_of(WORDING.source)}\s?:\s*"
_PICTURE = re.compile(
    rf"{one_of(WORDING.picture)}[^.!?\n。]{{0,12}}(?::|=|/|©|{one_of(WORDING.byline)})[^.!?\n。]{{0,50}}$",
)
_PICTURE_WORD = re.compile(one_of(WORDING.picture))
_PICTURE_AGENCIES = re.compile(r"Getty|[Ii]mago|[Aa]lliance|Images|Shutterstock|Alamy|EPA")
_PHOTOGRAPHER = re.compile(r"[A-Z][\w'’-]+ (?:[A-Z][\w.'’-]* )?[A-Z][\w'’-]+ ?/")
_SENTENCE_ENDS = re.compile(r"(?:^|\n|[.!?…:؟۔।](?:\s?[\"'“”»«’\])])*\s|[.!?…]?[“”»«\"]\s|[。!?」』]\s?)\s*$")
_BRACKET = re.compile(rf"[(\[<](?:(?:{_WITH}\s?|{_LABELS}|©\s?){_THE})?{_AGENCY}$")
_CLOSED = re.compile(rf"(?:{one_of(WORDING.report)}|, ?\d[\d./]{{3,9}})?[)\]>]")
_MARKED = re.compile(r"[\d,،/]|[–—-]\s*$")
_ROLE = re.compile(r"(?:'s)?(?: [a-z][\w-]*){0,3} (?:writers?|correspondents?|reporters?|editors?|staff)\b")
_BY = one_of(WORDING.byline)
_OWN_LINE = re.compile(rf"(?:^|\n)\s?{_BY} (?:our |unserer? |unserem )?(?:{_WITH} )?{_THE}{_AGENCY}$")
_BY_WRITER = re.compile(rf"{_BY}\s$")
_END_OF_PARAGRAPH = re.compile(
    r"(?: GmbH| AG| Inc\b| Ltd\b)?[\s.…)\]]*(?:$|\n)|(?: [A-Z]{2,5}){1,4}\s*(?:$|\n)"
)
_LABEL = re.compile(rf"(?<![(\[]){_LABELS}(?:{_WITH} )?{_THE}{_AGENCY}$")
_LISTED = re.compile(rf"(?<![(\[]){_LABELS}(?:[^,/;.!?\n()]{{2,40}}(?:[,;]| ?/) ?){{1,6}}$")
_LIST_GOES_ON = re.compile(r"\s*(?:[,;/]|\.?\s*(?:$|\n))")
_MATERIAL = re.compile(rf"{one_of(WORDING.material)} {_THE}{_AGENCY}{_THE}$")
_CONTRIBUTED = re.compile(rf",? {one_of(WORDING.contribution)}")
_AGENCY_NOTE = re.compile(rf"(?:{_WITH} {_THE})?{one_of(WORDING.agency)}:? $")
_SLASH = re.compile(r"/ ?(?:\w{1,5}\. )?$")
_INITIALS = re.compile(r"(?:[a-zäöü]{1,5}\.?/)+\w+")
_COPYRIGHT = r"(?:(?:©|\(c\)|copyright)\s?){1,2}(?:\d{4}\s)?(?:by )?(?:the )?"
_SIGNED = re.compile(rf"(?:(?:--?|–|—)\s?|/|{_COPYRIGHT}|{_WITH} {_THE}|from |\|\s?)$")
_OWNED = re.compile(rf"{_COPYRIGHT}$")
_RIGHTS = re.compile(rf"[\s.,–—-]*(?:\d{{4}}\.? )?{one_of(WORDING.rights)}")
_NUMBERED = re.compile(r":\d{6}-\d")  # dpa ends its pieces in dpa:YYMMDD-N-N/N


def _is_credit(mention: Mention) -> bool:
    return _NUMBERED.match(mention.after) is not None or (_is_placed(mention) and not _is_picture(mention))


def _is_placed(mention: Mention) -> bool:
    lead, after = mention.lead, mention.after
    if _BRACKET.search(lead) and _CLOSED.match(after):
        return _is_credit_in_brackets(mention)
    return (
        begins_copy(mention)
        or _is_byline(mention)
        or _is_signature(mention)
        or bool(_LABEL.search(lead) or _MATERIAL.search(lead) or _CONTRIBUTED.match(after.lower()))
        or bool(_OWNED.search(lead) and _RIGHTS.match(after.lower()))
        or _stands_in_slashes(mention)
        or _is_among_sources(mention)
    )


def _is_picture(mention: Mention) -> bool:
    if (
        _PICTURE.search(mention.before.lower())
        or _is_of_pictures(mention.list)
        or _PICTURE_AGENCIES.search(mention.list)
    ):
        return True
    return _PHOTOGRAPHER.search(mention.list) is not None and not _BY_WRITER.search(mention.lead)


def _is_of_pictures(names: str) -> bool:
    """As "图/新华社", but not "BILD/dpa", which names a paper."""
    head = re.split("[/=]", names)[0].strip()
    return head not in SHOWN_AS and _PICTURE_WORD.fullmatch(head.lower()) is not None


def _is_credit_in_brackets(mention: Mention) -> bool:
    """(AFP) in front of everything, after a dateline, after the last sentence, or at the end."""
    outside = re.sub(r"[(\[<][^(\[<]*$", "", mention.before)
    rest = _CLOSED.sub("", mention.after, count=1)
    if not outside.strip():
        return True
    if not rest.strip(" \n.,।。") and mention.name not in HOMONYMS:
        return not _is_abbreviated(mention.name, outside)
    if mention.from_start < HEAD and DASH.match(rest):
        return True
    if _is_headed(mention, outside) and (rest[:1] in _STOPS or _MARKED.search(outside) or outside.isupper()):
        return True
    return bool(_SENTENCE_ENDS.search(outside)) and rest[:1] in {"", " ", *_STOPS}


def _is_abbreviated(name: str, outside: str) -> bool:
    """As in "told the Associated Press (AP).", where the bracket says what the name is for short."""
    words = outside.strip()
    return any(words.endswith(other) for other, slugs in SLUGS.items() if slugs == SLUGS[name])


def _is_headed(mention: Mention, outside: str) -> bool:
    """Place and date stand before it, at the very beginning."""
    place = outside.strip()
    return mention.from_start < len(mention.before) and "\n" not in place and is_dateline(place)


def _stands_in_slashes(mention: Mention) -> bool:
    """As in "MOSCOW, March 3. /TASS/.", or right after the date."""
    slash = _SLASH.search(mention.before)
    if not slash or not re.match(" ?/", mention.after):
        return False
    place = mention.before[: slash.start()]
    return place[-1:] in {"", " ", "\n", "."} or (
        mention.from_start < len(mention.before) and is_dateline(place)
    )


def _is_among_sources(mention: Mention) -> bool:
    """Among others that end a text, as in "Quellen: a paper, an office, AFP"."""
    others = mention.before + mention.list.partition(mention.name)[0]
    if mention.to_end >= TAIL or not _LISTED.search(others.lower()):
        return False
    return _LIST_GOES_ON.match(mention.after) is not None


def _is_byline(mention: Mention) -> bool:
    """As in "By Jane Doe, Associated Press Writer"; "By our staff and AP" on a line of its own."""
    if _OWN_LINE.search(mention.lead) and _END_OF_PARAGRAPH.match(mention.after):
        return True
    if not _BY_WRITER.search(mention.lead):
        return False
    if mention.from_start < HEAD and _ROLE.match(mention.after.lower()):
        return True
    return "," in mention.list and bool(_END_OF_PARAGRAPH.match(mention.after))


def _is_signature(mention: Mention) -> bool:
    """After the last sentence: "RND/dpa", "mit dpa", "© AFP", "Nachrichtenagenturen dpa, AFP"."""
    before = mention.before
    note = _AGENCY_NOTE.search(mention.lead) if mention.to_end < TAIL else None
    if note:
        outside = before[: len(before) - len(note[0])]
        ends = _END_OF_PARAGRAPH.match(mention.after) and not outside[-2:-1].islower()
        return bool(ends or _SENTENCE_ENDS.search(outside))
    signs = _END_OF_PARAGRAPH.match(mention.after) or _INITIALS.fullmatch(mention.list)
    if not signs or mention.from_start == 0 or (mention.name in HOMONYMS and ", " in mention.list):
        return False
    sign = _SIGNED.search(mention.lead)
    outside = before[: len(before) - len(sign[0])] if sign else before
    return bool(_SENTENCE_ENDS.search(outside) or _OWNED.search(mention.lead))
