"""Why two articles are related or not: the chain of `fold` run again for one pair, and kept visible."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import NamedTuple

import numpy as np

from services.contracts.articles import Article
from services.contracts.relations import Relation
from services.dedup.relations.direction import directed, source_and_taker
from services.dedup.relations.overlap import Overlap, overlap
from services.dedup.relations.relate import Unrelated, relate
from services.dedup.search.candidates import Candidate, choose
from services.dedup.search.lookup import Hit, Search, Signed
from services.dedup.search.novelty import Novelty
from services.dedup.search.profile import Profile, profile, read
from services.dedup.settings import DedupSettings
from services.dedup.text.screens import Screen, screen
from services.dedup.text.shingles import among

_DAY_S = 86_400


class Comparison(NamedTuple):
    """Everything the chain says about a pair."""

    newer: Article
    older: Article
    screens: tuple[tuple[str, Screen], ...]
    """URL and reason of what was kept out of matching."""
    near: bool
    """Whether the two lie in one window."""
    hit: Hit
    estimate: float
    """Estimated containment, 0..1."""
    candidate: bool
    """Whether the pair would be looked at exactly, if no stronger ones fill the bounds."""
    shares: Overlap
    answer: Relation | Unrelated
    """Of the exact look, whether it would have been taken or not."""

    @property
    def looked_at(self) -> bool:
        return self.candidate and not self.screens


def compare(one: Article, other: Article, known: Iterable[Article], settings: DedupSettings) -> Comparison:
    """Compare two articles as dedup would now, given what was `known` at the time."""
    known = list(known)
    search = Search(settings)
    wanted = sorted((one, other), key=lambda article: (article.first_seen_at, article.article_id))
    first, second = _signed(wanted, known, search, settings)
    found = search.find([first, second]).get(second.profile.article.version_id)
    hits = search.hits(found) if found else []
    hit = hits[0] if hits else Hit(first.profile.article.version_id, 0, 0)
    estimate = hit.samples / max(1, min(first.keys.samples, second.keys.samples))
    candidate = Candidate(hit.version, first.profile.rank, hit.bands, hit.samples, estimate)
    looked = (
        (article, screen(article.title, article.text, read(article.text).words, settings))
        for article in wanted
    )
    order = source_and_taker(first.profile, second.profile)
    return Comparison(
        newer=order.newer.article,
        older=order.older.article,
        screens=tuple((article.url, why) for article, why in looked if why),
        near=second.profile.at_us - first.profile.at_us <= settings.window_days * _DAY_S * 1_000_000,
        hit=hit,
        estimate=estimate,
        candidate=bool(hits and choose([candidate], settings).chosen),
        shares=overlap(order.newer, order.older, stale_days=settings.novelty_least),
        answer=directed(
            relate(
                order.newer,
                order.older,
                settings,
                bands=hit.bands,
                samples=hit.samples,
                witnesses=_witnesses(order.newer, order.older, known, settings),
            ),
            order,
        ),
    )


def _witnesses(
    newer: Profile, older: Profile, known: Iterable[Article], settings: DedupSettings
) -> Iterator[Profile]:
    """Of the articles of the window before the newer one, what shares passages with it, the most first."""
    begin = newer.article.first_seen_at - timedelta(days=settings.window_days)
    found = []
    for article in known:
        if begin <= article.first_seen_at <= newer.article.first_seen_at:
            reading = read(article.text)
            shared = [int(among(reading.unique, one.unique).sum()) for one in (newer, older)]
            if max(shared) >= settings.background_run:
                found.append((-shared[0], -shared[1], article.article_id, article, reading))
    for *_, article, reading in sorted(found, key=lambda item: item[:3]):
        yield profile(article, reading, np.zeros(len(reading.unique), np.uint8))


def _signed(
    wanted: list[Article], known: Iterable[Article], search: Search, settings: DedupSettings
) -> list[Signed]:
    """The wanted articles, in order of day, with the novelty of their day."""
    days: dict[int, list[Article]] = {}
    first, last = _day(wanted[0]) - settings.novelty_days, _day(wanted[-1])
    for article in known:
        if first <= _day(article) < last:
            days.setdefault(_day(article), []).append(article)
    novelty = Novelty(days=settings.novelty_days, bits=settings.novelty_bits)
    signed = []
    for article in wanted:
        for day in sorted(day for day in days if day < _day(article)):
            for seen in days.pop(day):
                novelty.add(day, read(seen.text).unique)
        novelty.advance(_day(article))
        reading = read(article.text)
        seen_on = novelty.days(reading.unique, reading.numbers)
        signed += search.sign([(article, reading, seen_on)])
    return signed


def _day(article: Article) -> int:
    return int(article.first_seen_at.timestamp() // _DAY_S)
