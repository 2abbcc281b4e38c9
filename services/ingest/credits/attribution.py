"""Who is credited with the copy, and who is quoted as its source.

A credit stands in fixed places: a dateline, a bracket after the last sentence, a sign-off, a byline, a
source label. The same name under a photo or beside a verb of saying is none: "told Reuters" and "laut
AFP" are citations. Each rule looks at what stands right before and after one mention.
"""
# ruff: noqa: RUF001 - typographic quotes are what press copy is made of

import re
from typing import NamedTuple

from services.ingest.credits.citations import is_cited
from services.ingest.credits.mentions import AGENCY_OF, SHOWN_AS, Mention, mentions
from services.ingest.credits.presses import OUTLETS

SCANNED = 40_000
"""Characters of a text that are looked at; of a longer one its beginning and its end, half each."""
HEAD, TAIL = 400, 500
"""Reach of datelines and bylines from the start, of source notes from the end, in characters."""


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
        slug = AGENCY_OF.get(mention.name)
        if slug and _is_credit(mention):
            agencies.add(slug)
        elif is_cited(mention):
            said.append(SHOWN_AS[mention.name])
    return Credits(tuple(sorted(agencies)), _cited(said, agencies, source))


def _cited(said: list[str], agencies: set[str], source: str) -> tuple[str, ...]:
    own = _squeezed(source)
    names = (name for name in dict.fromkeys(said) if AGENCY_OF.get(name) not in agencies)
    return tuple(
        name for name in names if own not in {_squeezed(form) for form in (name, *OUTLETS.get(name, ()))}
    )


def _squeezed(name: str) -> str:
    return re.sub(r"\W", "", name.lower())


def _scanned(text: str) -> str:
    return text if len(text) <= SCANNED else f"{text[: SCANNED // 2]}\n{text[-SCANNED // 2 :]}"


_PHOTO = re.compile(
    r"(?:Bild\w*|\w*[Ff]otos?|\w*[Ff]otograf\w*|Grafik|[Pp]hotos?|[Pp]hotograph\w*|[Ii]mages?|[Pp]ictures?"
    r"|\(Quelle)\b[^.!?\n]{0,12}(?::|\bby\b|\bvon\b|©|/)[^.!?\n]{0,50}$"
)
_PHOTO_SIGNS = ("Bild", "oto", "Grafik", "mage", "icture", "(Quelle")
"""One of them is in all that `_PHOTO` finds: cheap to look for."""
_PHOTO_AGENCIES = re.compile(r"Getty|[Ii]mago|[Aa]lliance|Images|Shutterstock|Alamy|EPA")
_SENTENCE_ENDS = re.compile(r"(?:^|\n|[.!?…:](?:\s?[\"'“”»«’\])])*\s|[.!?…]?[“”»«\"]\s)\s*$")
_ONLY_LEAD = re.compile(r"\s*(?:By |Von |\()?$")
_DASH = re.compile(r"\s*[.,]?\s*(?:--?|–|—|:)(?!\w)")
_PLACE_THEN_COLON = re.compile(r"(?:,? (?:[A-Z][\w.-]*|\d{1,4})){1,6}:")
_ROLE = re.compile(
    r"(?:'s)?(?: [A-Z][\w-]*){0,3} (?:Writers?|Correspondents?|Reporters?|Editors?|Staff)\b", re.IGNORECASE
)
_OWN_LINE = re.compile(r"(?:^|\n)(?:By|BY|Von|Par|Por) (?:(?:our|the|unserer?|unserem) )?$")
_END_OF_PARAGRAPH = re.compile(r"[\s.…)]*(?:$|\n)")
_LABEL = re.compile(
    r"(?<![\w(-])(?:Quellen?|[Ss]ources?|[Cc]redits?|CREDITS?|Fuentes?|Font[ei]|Bron|Kilde|Källa)"
    r"\s?:\s*(?:mit )?$"
)
_MATERIAL = re.compile(
    r"\b[Mm]it (?:Hilfe|(?:Agentur)?(?:[Mm]aterial|[Ii]nformationen)) (?:von |der |des |aus )?"
    r"(?:Nachrichtenagentur(?:en)? )?$"
    r"|\b(?:[Ww]ith|[Aa]dditional) (?:files|reporting|material|information|inputs?) (?:from|by) (?:[Tt]he )?$"
)
_CONTRIBUTED = re.compile(r" contributed to this (?:report|story|article)")
_AGENCY_NOTE = re.compile(r"(?:(?<![a-zäöüß] )|\b[Mm]it )Nachrichtenagentur(?:en)?:? $")
_INITIALS = re.compile(r"(?:[a-zäöü]{1,5}\.?/)+\w+")
_SIGNED = re.compile(r"(?:[-–—]\s?|(?:©|\([cC]\)|Copyright)\s?(?:\d{4}\s)?(?:by )?|[Mm]it |[Ff]rom )$")
_NUMBERED = re.compile(r":\d{6}-\d")  # dpa ends its pieces in dpa:YYMMDD-N-N/N


def _is_credit(mention: Mention) -> bool:
    before, after = mention.before, mention.after
    if _NUMBERED.match(after):
        return True
    if _is_under_photo(before) or _PHOTO_AGENCIES.search(mention.list):
        return False
    if _opens_bracket(before) and after[:1] in {")", "]"}:
        return _is_credit_in_brackets(mention)
    return (
        _stands_in_front(mention)
        or _is_byline(mention)
        or _is_signature(mention)
        or bool(_LABEL.search(before) or _MATERIAL.search(before) or _CONTRIBUTED.match(after))
        or (before[-1:] == after[:1] == "/" and before[-2:-1] in {"", " ", "\n", "."})
    )


def _is_under_photo(before: str) -> bool:
    return any(sign in before for sign in _PHOTO_SIGNS) and _PHOTO.search(before) is not None


def _opens_bracket(before: str) -> bool:
    return re.search(r"[(\[](?:[Mm]it |with |©\s?)?$", before) is not None


def _is_credit_in_brackets(mention: Mention) -> bool:
    """(AFP) in front of everything, after a dateline, after the last sentence, or at the end."""
    outside = re.sub(r"[(\[][^(\[]*$", "", mention.before)
    rest = mention.after[1:]
    if not outside.strip() or not rest.strip():
        return True
    if mention.from_start < HEAD and _DASH.match(rest):
        return True
    return bool(_SENTENCE_ENDS.search(outside)) and (rest[:1] in {" ", "\n", "."})


def _stands_in_front(mention: Mention) -> bool:
    """As in "AP - …", "Reuters Athens Aug 23: …", "The Associated Press By …"."""
    if mention.from_start > 12 or not _ONLY_LEAD.match(mention.before):
        return False
    after = mention.after
    return bool(_DASH.match(after) or _PLACE_THEN_COLON.match(after) or re.match(r"\s+By [A-Z]|\s*\n", after))


def _is_byline(mention: Mention) -> bool:
    """As in "By Jane Doe, Associated Press Writer"; "By our staff and AP" on a line of its own."""
    if _OWN_LINE.search(mention.before) and _END_OF_PARAGRAPH.match(mention.after):
        return True
    if not re.search(r"\b(?:[Bb]y|[Vv]on|[Pp]ar|[Pp]or|BY)\s$", mention.before):
        return False
    if mention.from_start < HEAD and _ROLE.match(mention.after):
        return True
    return "," in mention.list and bool(_END_OF_PARAGRAPH.match(mention.after))


def _is_signature(mention: Mention) -> bool:
    """After the last sentence: "RND/dpa", "mit dpa", "© AFP", "Nachrichtenagenturen dpa, AFP"."""
    before = mention.before
    if mention.to_end < TAIL and _AGENCY_NOTE.search(before):
        ends = _END_OF_PARAGRAPH.match(mention.after) or _SENTENCE_ENDS.search(_AGENCY_NOTE.sub("", before))
        return ends is not None
    signs = _END_OF_PARAGRAPH.match(mention.after) or _INITIALS.fullmatch(mention.list)
    if not signs or mention.from_start == 0:
        return False
    signed = _SIGNED.sub("", before)
    return bool(_SENTENCE_ENDS.search(signed)) or (signed != before and before.rstrip().endswith("©"))
