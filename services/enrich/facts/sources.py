"""Outlets that a text says it has its news from, by the form in which it says so, known or not.

"… berichtet der Lohener Bote (Quelle)", a list of sources at the end, "der Sender Tele Norda meldet".
"""

import re

from services.enrich.facts.names import UPPER
from services.enrich.facts.wording import words

MOST = 8
SCANNED = 8_000
_PART = rf"[{UPPER}][\w.&-]*"
_NAME = rf"{_PART}(?: (?:(?:am|an der|im|of the|of|de la|de|du|del|della|der|für|&) )?{_PART}){{0,3}}"
_TRADE = (
    r"(?:Fernseh|Nachrichten|Radio|Tages|Wochen|Boulevard|Wirtschafts|Fach)?"
    r"(?:[Ss]ender|[Zz]eitung|[Mm]agazin|[Pp]ortal|[Bb]latt|[Ss]ervice)s?"
    r"|broadcaster|newspaper|magazine|daily|weekly|network|news site|journal|chaîne|quotidien|diario|cadena"
    r"|giornale|emittente|krant|omroep|газета|газеты|телеканал|издание"
)
_IS_TRADE = re.compile(_TRADE)
_MARKED = re.compile(rf"({_NAME}) \((?:Quelle|Source|source|Fuente|Fonte|Bron|Источник|出典)\)")
_TOLD = re.compile(rf"\b(?:{_TRADE}) ({_NAME})")
_SAYING = re.compile(
    r"\b(?:berichte\w*|melde\w*|gemeldet|zufolge|laut|zitier\w*|erfuhr|schreibt|schrieb"
    r"|report\w*|said|cit\w+|according|wrote|selon|rapport\w*|según|inform\w+|secondo|riferi\w+|volgens"
    r"|сообщи\w*|пишет|передает)\b",
    re.IGNORECASE,
)
_LIST = re.compile(
    r"(?:^|\n|\. )[^\n]{0,90}?(?:Quellen|Sources|Fuentes|Fonti|Bronnen|Medien|media outlets)\s*:"
    r"\s*([^\n]{3,300}(?:\n+-[^\n]+)*)\s*"
)
_PARTED = re.compile(r"\s*(?:,|;|•|/|\n|\s-\s|^-\s| und | and | et | y | e )\s*")
_TAIL = 1_000
_REACH = 90
"""Characters around a name in which it is said that it reports."""


def sources(text: str) -> tuple[str, ...]:
    """In order of appearance, each once."""
    body = text[:SCANNED]
    found = [(match.start(), match[1]) for match in _MARKED.finditer(body)]
    found += [
        (match.start(1), match[1])
        for match in _TOLD.finditer(body)
        if _SAYING.search(body[max(0, match.start() - _REACH) : match.end() + _REACH])
    ]
    for match in _LIST.finditer(body[-_TAIL:]):
        parts = (part.strip(" .-\n") for part in _PARTED.split(match[1]))
        found += [(len(body), part) for part in parts if re.fullmatch(_NAME, part)]
    ordered = sorted(found, key=lambda pair: pair[0])
    return tuple(dict.fromkeys(_bare(name) for _, name in ordered))[:MOST]


def _bare(name: str) -> str:
    """Without the words in front that say what it is, or open a sentence."""
    parts = name.rstrip(".").split(" ")
    trades = [place for place, part in enumerate(parts[:-1]) if _IS_TRADE.fullmatch(part)]
    parts = parts[trades[-1] + 1 :] if trades else parts
    openings = words("opening", "")
    while len(parts) > 1 and parts[0].lower() in openings:
        parts = parts[1:]
    return " ".join(parts)
