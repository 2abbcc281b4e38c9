"""Outlets that a text says it has its news from, by the form in which it says so, known or not.

"… berichtet der Lohener Bote (Quelle)", a list of sources at the end, "der Sender Tele Norda meldet".
"""

import re

from ahocorasick_rs import BytesAhoCorasick

from services.enrich.facts.landmarks import UPPER
from services.enrich.facts.wording import words

MOST = 8
SCANNED = 6_000
_PART = rf"[{UPPER}][\w.&-]*"
_NAME = rf"{_PART}(?: (?:(?:am|an der|im|of the|of|de la|de|du|del|della|der|für|&) )?{_PART}){{0,3}}"
_TRADES = (
    "Sender sender Zeitung zeitung Magazin magazin Portal portal blatt Service broadcaster newspaper "
    "magazine daily weekly network journal chaîne quotidien diario cadena giornale emittente krant omroep "
    "газета газеты телеканал издание".split()
)
_MARKS = tuple(f"({word})" for word in "Quelle Source source Fuente Fonte Bron Источник 出典".split())
_LISTS = ("Quellen:", "Sources:", "Fuentes:", "Fonti:", "Bronnen:", "Medien:", "media outlets:")
_CUES = (*_MARKS, *_LISTS, *(f"{word}{end}" for word in _TRADES for end in (" ", "s ")))
_FINDER = BytesAhoCorasick([cue.encode() for cue in _CUES])
"""What makes a text worth a look: in most there is nothing of it, so places in it are not worth counting."""
_IS_TRADE = re.compile(
    rf"(?:Fernseh|Nachrichten|Radio|Tages|Wochen|Boulevard|Wirtschafts|Fach)?(?:{'|'.join(_TRADES)})s?"
)
_BEFORE = re.compile(rf"({_NAME}) $")
_AFTER = re.compile(_NAME)
_SAYING = re.compile(
    r"\b(?:berichte\w*|melde\w*|gemeldet|zufolge|laut|zitier\w*|erfuhr|schreibt|schrieb"
    r"|report\w*|said|cit\w+|according|wrote|selon|rapport\w*|según|inform\w+|secondo|riferi\w+|volgens"
    r"|сообщи\w*|пишет|передает)\b",
    re.IGNORECASE,
)
_LIST = re.compile(r"\s*([^\n]{3,300}(?:\n+-[^\n]+)*)")
_PARTED = re.compile(r"\s*(?:,|;|•|/|\n|\s-\s|^-\s| und | and | et | y | e )\s*")
_TAIL = 1_000
"""How near to the end a list of sources stands."""
_REACH = 90
"""Characters around a name in which it is said that it reports."""


def sources(text: str) -> tuple[str, ...]:
    """In order of appearance, each once."""
    body = text[:SCANNED]
    found: list[tuple[int, str]] = []
    encoded = body.encode("utf-8", "surrogatepass")
    for cue, begin, stop in _FINDER.find_matches_as_indexes(encoded):
        start, end = (len(encoded[:place].decode("utf-8", "surrogatepass")) for place in (begin, stop))
        if _CUES[cue] in _MARKS:
            name = _BEFORE.search(body, max(0, start - _REACH), start)
            found += [(start, name[1])] if name else []
        elif _CUES[cue] in _LISTS:
            found += [(len(body), name) for name in _listed(body, end)]
        elif (name := _AFTER.match(body, end)) and _is_told(body, start, name.end()):
            found.append((end, name[0]))
    ordered = sorted(found, key=lambda pair: pair[0])
    return tuple(dict.fromkeys(_bare(name) for _, name in ordered))[:MOST]


def _is_told(body: str, start: int, end: int) -> bool:
    return _SAYING.search(body[max(0, start - _REACH) : end + _REACH]) is not None


def _listed(body: str, end: int) -> list[str]:
    told = _LIST.match(body, end) if len(body) - end < _TAIL else None
    parts = (part.strip(" .-\n") for part in _PARTED.split(told[1])) if told else ()
    return [part for part in parts if re.fullmatch(_NAME, part)]


def _bare(name: str) -> str:
    """Without the words in front that say what it is, or open a sentence."""
    parts = name.rstrip(".").split(" ")
    trades = [place for place, part in enumerate(parts[:-1]) if _IS_TRADE.fullmatch(part)]
    parts = parts[trades[-1] + 1 :] if trades else parts
    openings = words("opening", "")
    while len(parts) > 1 and parts[0].lower() in openings:
        parts = parts[1:]
    return " ".join(parts)
