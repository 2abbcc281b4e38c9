# ruff: noqa: RUF001 - letters of many scripts
"""What is kept out of matching before it can match: stubs, consent walls, tickers, empty pages.

Every screen works on the first day and on one text alone; none needs history. Templates cannot be
told from one text: they show as a pair and are refused in `relate`.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from ahocorasick_rs import AhoCorasick, Implementation

from services.contracts.relations import ScreenReason
from services.dedup import kernels
from services.dedup.settings import DedupSettings
from services.dedup.text.codes import codes
from services.dedup.text.needles import Needles
from services.dedup.text.words import fold

_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
_TIME = (
    r"\d(?<![\d.:]\d)(?:(?<=[01])\d|(?<=2)[0-3])?"  # the first digit is what the search looks for
    r"(?::[0-5]\d(?!:?\d)|[.][0-5]\d(?=\s*Uhr\b)|\s*Uhr\b|h[0-5]\d\b|[.:]?(?:[0-5]\d)?\s?[ap]\.?m\b)"
)
_CLOCK = re.compile(_TIME, re.IGNORECASE)
_TIMES = re.compile(r"\d(?:[:.hH]\d\d| ?(?:[Uu]hr|[ap]\.?m))")
"""What every time holds, cheap to look for."""
_ENTRY = re.compile(rf"^[^\w\n]{{0,8}}(?:\w+,? ){{0,2}}{_TIME}", re.IGNORECASE | re.MULTILINE)
_TICKER_NAME = re.compile(
    r"(?:live|news)[- ]?(?:ticker|blog)|\bticker\b|minute[- ]by[- ]minute|live updates?|\ben direct\b|"
    r"\ben vivo\b|minuto a minuto|minuto per minuto|\bin diretta\b|ao vivo|na żywo|онлайн-трансляция|"
    r"текстовая трансляция|canlı (?:anlatım|blog)",
    re.IGNORECASE,
)
_TICKER_SIGNS = AhoCorasick(
    "cker blog nut pdate rect vivo v\u0131vo vi\u0307vo retta ywo ляция canl".split(),
    implementation=Implementation.DFA,
)
"""One is in every such name, its case folded: cheap to look for. An i may be written in three ways."""
_ORDERS = (
    "subscribe|sign|log|register|join|become|start|try|get|continue|keep|unlock|create|choose|manage|accept|cancel|"
    "jetzt|hier|weiter|einfach|abonnez|inscrivez|connectez|suscríbe|regístra|inicia|accede|abbona|accedi|registra|"
    "assine|cadastre|entre|abonneer|registreer|prenumerera|logga|subskrybuj|zaloguj"
)
_SPEAKS_TO_YOU = re.compile(
    rf"^\W*(?i:{_ORDERS})|"
    r"\b(?:Sie|Ihr|Ihre|Ihren|Ihrem|Ihrer|Ihnen)\b|"
    r"(?i:\b(?:du|dein|deine|deinen|dich|dir|wir|uns|unser|unsere|unseren|unserer|you|your|yours|we|our|us|vous|"
    r"votre|vos|nous|notre|nos|usted|ustedes|tu|tus|nosotros|nuestr[oa]s?|lei|suo|voi|vostr[oaie]|noi|nostr[oaie]|"
    r"você|vocês|seu|sua|nós|noss[oa]s?|u|uw|je|jouw|jij|wij|ons|onze|dig|din|ditt|dina|deg|ditt|vi|vår|vore|"
    r"cię|twój|twoje|państwa|nasz[aey]?)\b)"
)
"""It addresses its reader, or speaks of itself as "we": a wall does, news does not."""
# What a page says when it sells access to the rest of itself: parts of lower-cased text.
_ACCESS = (
    "weiterlesen|-abo| abo | abo.|abonn|digitalpaket|probemonat|bezahlschranke|freischalten|"
    "jetzt testen|plus-artikel|premium-artikel|kundenkonto|-konto|geschäftsbedingungen|kündbar|"
    "einloggen|jetzt anmelden|bereits registriert|subscribe now|subscribe today|subscribe to read|"
    "subscribers only|for subscribers|subscriber-only|already a subscriber|your subscription|"
    "continue reading|keep reading|read the full|sign in|log in|free trial|cancel anytime|"
    "cancel at any time|unlimited access|full access|create an account|create a free account|"
    "members only|terms of sale|paywall|réservé aux abonn|sans engagement|connectez-vous|"
    "poursuivre la lecture|suscríb|suscrib|suscripci|iniciar sesión|inicia sesión|abbonat|abbonament|"
    "assinante|assine|assinatura|inloggen|prenumer|logga in|subskrypcj|zaloguj"
).split("|")
_PRICE = re.compile(
    r"monat|month|mois|\bmes\b|mese|maand|månad|€|\$|£|euro\b|kostenlos|gratis|\bfree\b|"
    r"itunes|app store|google play|"
    r"datenschutz|privacy|zugang|zugriff|inhalt|angebot|access|offer|apps?\b|gerät|device|kündig|cancel",
    re.IGNORECASE,
)
_CONSENT = (
    "cookie|einwillig|zustimm|tracking|personalisiert|werbefrei|datenverarbeitung|drittanbieter|"
    "pur-abo|endgerät|werbung|consent|advertis|personalised|personalized|your device|"
    "legitimate interest|our partners|vendors|gdpr|dsgvo|privacy|consentement|traceurs|publicité|"
    "consentimiento|consenso|toestemming|samtycke|samtykke|zgod"
).split("|")
_CONSENT_CORE = ("cookie|einwillig|consent|toestemming|samtyck|samtykk|zgod|zustimm|tracking").split("|")
_SIGNS = frozenset(
    # A wall holds at least one of these words: a cheap look before the exact one.
    "abo abonnement abonnements abonnent abonnenten abonnieren weiterlesen bezahlschranke probemonat "
    "freischalten einloggen anmelden registriert kundenkonto konto kündbar digitalpaket testen "
    "artikel geschäftsbedingungen subscribe subscribers subscriber subscription reading sign log "
    "trial unlimited access account members paywall cookies cookie consent tracking einwilligung "
    "einwilligungen einwilligen zustimmen zustimmung abonnés abonné abonnez connectez réservé "
    "consentement suscríbete suscripción suscriptores iniciar inicia consentimiento abbonati "
    "abbonamento abbonato consenso assine assinante assinantes assinatura inloggen abonneer "
    "toestemming prenumerera prenumerant logga samtycke samtykke subskrypcja subskrypcji zaloguj "
    "zgoda zgody zgodę".split()
)
_WALLS = Needles(_CONSENT_CORE + _ACCESS)
_CONSENT_SHARE = 0.5
_ENTRY_WORDS = 250
_FEWEST_ENTRIES = 3
_FEWEST_LINES = 4
_ENDLESS_WORDS = 3_000
_LABEL_WORDS = 8
_SPOKEN = 0.5
_TEXTS_AT_HAND = 2048
_LAST_DIGIT = 0x1FBF9
"""Of Unicode 14; those of later scripts stand in no time of day."""
Digits = npt.NDArray[np.bool_]
"""By code point."""


class Screen(NamedTuple):
    reason: ScreenReason
    detail: str
    """In words, with the numbers that decided."""


def screen(title: str, text: str, words: int, settings: DedupSettings) -> Screen | None:
    """Why a version is kept out of matching, or None. `words`: how many its text has."""
    if not text.strip() and not title.strip():
        return Screen("empty", "neither title nor text")
    return _wall(text, words, settings) or _ticker(title, text, words, settings)


def _wall(text: str, words: int, settings: DedupSettings) -> Screen | None:
    if not 0 < words <= settings.stub_words:
        return None
    named = _WALLS.found(text)
    core = len(named.intersection(range(len(_CONSENT_CORE))))
    access = len(named) - core
    if max(core, access) < 2 or _SIGNS.isdisjoint(fold(text)):
        return None
    if core >= 2:
        asking, total = _share(text, lambda sentence: _is_named(sentence, _CONSENT))
        if asking >= _CONSENT_SHARE * total:
            return Screen("consent", f"{asking} of {total} words ask for consent to tracking")
    if access >= 2:
        selling, total = _share(
            text, lambda sentence: _is_named(sentence, _ACCESS) or _PRICE.search(sentence) is not None
        )
        if selling >= settings.stub_share * total:
            return Screen("stub", f"{selling} of {total} words sell access")
    return None


def _is_named(text: str, terms: Sequence[str]) -> bool:
    lowered = text.lower()
    return any(term in lowered for term in terms)


def _share(text: str, counts: Callable[[str], bool]) -> tuple[int, int]:
    """Words in the sentences that count, and words in all; nothing counts where nobody is spoken to."""
    sentences = [(len(sentence.split()), sentence) for sentence in _SENTENCE.split(text) if sentence.strip()]
    total = sum(words for words, _ in sentences)
    counted = [(words, sentence) for words, sentence in sentences if counts(sentence)]
    found = sum(words for words, _ in counted)
    spoken = sum(
        words for words, sentence in counted if words <= _LABEL_WORDS or _SPEAKS_TO_YOU.search(sentence)
    )
    return (found, total) if spoken >= _SPOKEN * found else (0, max(1, total))


def _ticker(title: str, text: str, words: int, settings: DedupSettings) -> Screen | None:
    """A page to which timed entries are added all day: it says so, or it has no end."""
    if _is_named_ticker(title):
        entries = timed_entries(text)
        return (
            Screen("ticker", f"named a ticker, {entries} timed entries")
            if entries >= _FEWEST_ENTRIES
            else None
        )
    if words >= _ENDLESS_WORDS and is_timed(text, words, settings):
        return Screen("ticker", f"{timed_entries(text)} timed entries in {words} words")
    return None


def _is_named_ticker(title: str) -> bool:
    signs = _TICKER_SIGNS.find_matches_as_indexes(title.casefold())
    return bool(signs) and _TICKER_NAME.search(title) is not None


def is_timed(text: str, words: int, settings: DedupSettings) -> bool:
    """A chronicle of timed entries, such as a round-up: it quotes reports and is none of them."""
    least = max(settings.ticker_entries, -(-words // _ENTRY_WORDS))
    return times(text) >= least and timed_entries(text) >= least


@lru_cache(maxsize=_TEXTS_AT_HAND)
def timed_entries(text: str) -> int:
    """Lines that begin with a time; of a text without lines, all its times."""
    if times(text) < _FEWEST_ENTRIES:
        return 0
    pattern = _ENTRY if text.count("\n") >= _FEWEST_LINES else _CLOCK
    return len(pattern.findall(text))


@lru_cache(maxsize=_TEXTS_AT_HAND)
def times(text: str) -> int:
    """How many it may hold."""
    compiled = kernels.module("screens")
    if compiled is None:
        return len(_TIMES.findall(text))
    return int(compiled.times(codes(text), digits()))


@cache
def digits() -> Digits:
    every = np.arange(_LAST_DIGIT + 1, dtype=np.uint32)
    return np.fromiter(map(str.isdecimal, every.tobytes().decode("utf-32-le", "surrogatepass")), bool)
