"""Whether a name in copy is quoted as the source of facts: "laut Spiegel", "told Reuters"."""
# ruff: noqa: RUF001 - typographic quotes are what press copy is made of

import re

from services.ingest.credits.mentions import Mention
from services.ingest.credits.wording import WORDING, one_of, words

_QUOTES = "\"'“”„»«›‹‘’("
_ARTICLES = frozenset(
    "der die das dem den des im in mit vom von zum zur einem einer dessen the an a le la par".split()
)
_TRADE = tuple(
    "agentur zeitung zeitungen magazin sender senders portal blatt"
    " newspaper broadcaster network agency magazine daily".split()
)
_CUES = frozenset(words(WORDING.citing))
_PAIRS = frozenset(
    {"according to", "reported by", "report by", "report in", "report from", "interview with", "quoted by"}
)
_SPOKE = frozenset({"sagte", "sagten", "erklärte", "bestätigte", "verriet"})
_BETWEEN = r"(?:am \w+|unter Berufung auf|zuerst|vorab|zudem|first|has|had|is)"
_SAYS = (
    r"(?:berichte(?:t|te|ten|n)|melde(?:t|te|ten)|schreibt|schrieb|zitiert|zufolge|erfuhr"
    r"|reports?|reported|reporting|said|quoted|cited|wrote)\b"
)
_SAID_AFTER = re.compile(
    r"[\"'“”»«‹›’]? ?(?:\((?:Quelle|[Ss]ource|hier|Link)\),? ?)?"
    rf"(?:{_BETWEEN} )*(?:{_SAYS}|mit, dass|sagte, )"
)
_SAYS_ELSEWHERE = re.compile(rf"[\"'“”»«‹›’]? ?{one_of(WORDING.saying)}")
_MARKED = re.compile(r"[\"'“”»«‹›’]? ?\((?:Quelle|Source)\)")
_SOURCE_LIST = re.compile(r"(?<!\()\b(?:[Qq]uellen|QUELLEN|Sources):[\s\w.&,;/•*-]*$")


def is_cited(mention: Mention) -> bool:
    if (
        _MARKED.match(mention.after)
        or _SAID_AFTER.match(mention.after)
        or _SAYS_ELSEWHERE.match(mention.after.lower())
    ):
        return True
    return _is_told(mention.before.rstrip(_QUOTES).split()) or (
        ":" in mention.before and _SOURCE_LIST.search(mention.before) is not None
    )


def _is_told(words: list[str]) -> bool:
    """Whether the words in front hand over to the name: "laut der Zeitung", "sagte Anna Beispiel dem"."""
    if words and words[-1].lower().endswith(_TRADE):
        words = words[:-1]
        if (
            len(words) > 1
            and words[-1][:1].islower()
            and words[-1] not in _ARTICLES
            and words[-2] in _ARTICLES
        ):
            words = words[:-1]
    bare = len(words)
    while words and words[-1].lower() in _ARTICLES and bare - len(words) < 2:
        words = words[:-1]
    if not words or words[-1][-1:] in ".!?,":
        return False
    if words[-1].lower() in _CUES or " ".join(words[-2:]).lower() in _PAIRS:
        return True
    spoken = [word for word in words[-7:] if word in _SPOKE]
    return bool(spoken) and len(words) < bare and not any(word[-1:] in ".!?:" for word in words[-3:])
