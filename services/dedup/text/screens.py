"""What is kept out of matching before it can match: stubs, consent walls, tickers, empty pages.

Every screen works on the first day and on one text alone; none needs history. Templates cannot be
told from one text: they show as a pair and are refused in `relate`.
"""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from services.contracts.relations import ScreenReason
from services.dedup.settings import DedupSettings

_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
_CLOCK = re.compile(
    r"(?<![\d.:])(?:[01]?\d|2[0-3])"
    r"(?::[0-5]\d(?!:?\d)|[.][0-5]\d(?=\s*Uhr\b)|[.:]?(?:[0-5]\d)?\s?[ap]\.m\b)"
)
_CLOCK_SIGNS = (":", "Uhr", ".m.")
_TICKER_NAME = re.compile(
    r"(?:live|news)[- ]?(?:ticker|blog)|\bticker\b|minute-by-minute|live updates?|en direct|minuto a minuto",
    re.IGNORECASE,
)
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
_CONSENT_SHARE = 0.5
_ENTRY_WORDS = 250
_FEWEST_TICKER_WORDS = 300
_FEWEST_ENTRIES = 3


class Screen(NamedTuple):
    reason: ScreenReason
    detail: str
    """In words, with the numbers that decided."""


def screen(title: str, text: str, words: Sequence[str], settings: DedupSettings) -> Screen | None:
    """Why a version is kept out of matching, or None. `words`: the folded words of its text."""
    if not text.strip() and not title.strip():
        return Screen("empty", "neither title nor text")
    return _wall(text, words, settings) or _ticker(title, text, len(words), settings)


def _wall(text: str, words: Sequence[str], settings: DedupSettings) -> Screen | None:
    if not 0 < len(words) <= settings.stub_words or _SIGNS.isdisjoint(words):
        return None
    lowered = text.lower()
    if len(_named(lowered, _CONSENT_CORE)) >= 2:
        asking, total = _share(lowered, lambda sentence: bool(_named(sentence, _CONSENT)))
        if asking >= _CONSENT_SHARE * total:
            return Screen("consent", f"{asking} of {total} words ask for consent to tracking")
    if len(_named(lowered, _ACCESS)) >= 2:
        selling, total = _share(
            lowered, lambda sentence: bool(_named(sentence, _ACCESS) or _PRICE.search(sentence))
        )
        if selling >= settings.stub_share * total:
            return Screen("stub", f"{selling} of {total} words sell access")
    return None


def _named(text: str, terms: Sequence[str]) -> list[str]:
    return [term for term in terms if term in text]


def _share(text: str, counts: Callable[[str], bool]) -> tuple[int, int]:
    """Words in the sentences that count, and words in all."""
    sentences = [(len(sentence.split()), sentence) for sentence in _SENTENCE.split(text) if sentence.strip()]
    return sum(n for n, sentence in sentences if counts(sentence)), sum(n for n, _ in sentences)


def _ticker(title: str, text: str, words: int, settings: DedupSettings) -> Screen | None:
    """Many timed entries for its length. Length alone is no sign: long reads and readers' pages exist."""
    named = _TICKER_NAME.search(title) is not None
    least = _FEWEST_ENTRIES if named else settings.ticker_entries
    if words < _FEWEST_TICKER_WORDS or sum(text.count(sign) for sign in _CLOCK_SIGNS) < least:
        return None
    entries = len(_CLOCK.findall(text))
    if entries >= settings.ticker_entries and entries * _ENTRY_WORDS >= words:
        return Screen("ticker", f"{entries} timed entries in {words} words")
    if named and entries >= _FEWEST_ENTRIES:
        return Screen("ticker", f"named a ticker, {entries} timed entries")
    return None
