"""An invented press: articles in order of time, with the records that a log would hold of them."""

import random
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from services.contracts import wire
from services.contracts.articles import Article
from services.contracts.relations import Passage, Relation, Verdict
from services.contracts.stories import Pickup, Provenance, Story, StoryChange, StoryMember
from services.stream.bus import Partition, Record
from services.stream.clock import microseconds

START = datetime(2026, 1, 5, tzinfo=UTC)
WORDS = 60_000
LENGTH = 300
SENTENCE = 12
SENTENCES = 30_000
"""Texts are made of these: a million would take longer to make up than to take."""
OUTLETS = 200


class Press:
    """Articles in order of time: originals, and copies of what came lately."""

    def __init__(
        self,
        seed: int = 7,
        *,
        sentences: int = SENTENCES,
        begin: datetime = START,
        offsets: Mapping[str, int] | None = None,
    ) -> None:
        """`offsets`: the next ones by topic, where a log goes on."""
        self._random = random.Random(seed)
        signs = "abcdefghijklmnoprstuvwz"
        self.words = [
            "".join(self._random.choices(signs, k=self._random.randint(3, 12))) for _ in range(WORDS)
        ]
        self._weights = list(accumulate(1 / (rank + 2) for rank in range(WORDS)))
        self._sentences = [self._drawn(SENTENCE) for _ in range(sentences)]
        self._offsets = {**(offsets or {})}
        self._open: list[tuple[str, list[StoryMember], str]] = []
        self.at = begin

    def records(self, articles: int) -> Iterator[Record]:
        for number in range(articles):
            self.at += timedelta(seconds=3.2)
            copy = self._open and self._random.random() < 0.45
            yield from self._copy(number) if copy else self._original(number)

    def spread(self, copies: int) -> Iterator[Record]:
        """One story that as many copy, one after another."""
        yield from self._original(0)
        del self._open[:-1]
        for number in range(1, copies + 1):
            self.at += timedelta(seconds=3.2)
            yield from self._copy(number)

    def chance(self) -> float:
        return self._random.random()

    def _text(self) -> str:
        return " ".join(self._random.choices(self._sentences, k=LENGTH // SENTENCE))

    def _drawn(self, words: int) -> str:
        return " ".join(self._random.choices(self.words, cum_weights=self._weights, k=words))

    def _id(self) -> str:
        """As ids are: they come in no order."""
        return f"{self._random.getrandbits(128):032x}"

    def _record(self, topic: str, key: str, content: object) -> Record:
        offset = self._offsets.get(topic, 0)
        self._offsets[topic] = offset + 1
        headers = (("ce_type", wire.ce_type(type(content)).encode()),)  # type: ignore[arg-type]
        value = wire.encode(content)  # type: ignore[arg-type]
        return Record(Partition(topic, 0), offset, key.encode(), value, headers, microseconds(self.at))

    def _original(self, number: int) -> Iterator[Record]:
        text = self._text()
        article = self._article(number, text)
        member = self._member(article, None)
        story_id = self._id()
        if len(self._open) > 400:
            self._open.pop(self._random.randrange(len(self._open)))
        self._open.append((story_id, [member], text))
        yield self._record("articles", article.article_id, article)
        yield self._record("relations", article.article_id, self._verdict(article, story_id, ()))
        yield from self._story(story_id, [member], "created")

    def _copy(self, number: int) -> Iterator[Record]:
        story_id, members, text = self._open[min(self._random.randrange(400), len(self._open) - 1)]
        article = self._article(number, f"{text} {self._drawn(20)}")
        of = members[0]
        members.append(self._member(article, of))
        relation = Relation(
            other_article_id=of.article_id, other_version_id=of.version_id, other_url=of.url,
            kind="syndicated",
            jaccard=0.9, containment=0.95, other_containment=1.0, fresh_containment=0.9, fresh_shared=200,
            direction="first-seen", reason="runs the text whole", bands=20, samples=30,
            passages=(Passage(start=0, end=len(text), other_start=0, other_end=len(text)),),
        )  # fmt: skip
        yield self._record("articles", article.article_id, article)
        yield self._record("relations", article.article_id, self._verdict(article, story_id, (relation,)))
        yield from self._story(story_id, members, "grew")

    def _article(self, number: int, text: str) -> Article:
        outlet = f"outlet{min(int(self._random.expovariate(0.02)), OUTLETS)}.example"
        return Article(
            article_id=self._id(), version_id=self._id(), url=f"https://{outlet}/{number}",
            source=outlet, feed=f"https://{outlet}/rss", title=self._drawn(8), text=text, language="de",
            first_seen_at=self.at, published_at=self.at,
        )  # fmt: skip

    def _member(self, article: Article, of: StoryMember | None) -> StoryMember:
        return StoryMember(
            article_id=article.article_id, version_id=article.version_id, url=article.url,
            source=article.source,
            title=article.title, language="de", role="copy" if of else "original", of=of.url if of else "",
            kind="syndicated" if of else None, containment=0.95 if of else 0,
            first_seen_at=article.first_seen_at,
            words=LENGTH,
        )  # fmt: skip

    def _verdict(self, article: Article, story_id: str, relations: tuple[Relation, ...]) -> Verdict:
        return Verdict(
            article_id=article.article_id, version_id=article.version_id, url=article.url,
            source=article.source,
            language="de", first_seen_at=self.at, outcome="story", story_id=story_id, relations=relations,
        )  # fmt: skip

    def _story(self, story_id: str, members: list[StoryMember], change: str) -> Iterator[Record]:
        first, last = members[0], members[-1]
        outlets = tuple(dict.fromkeys(member.source for member in members))
        content = Story(
            story_id=story_id, revision=len(members), headline=first.title, lead_url=first.url,
            lead="An invented lead.",
            articles=tuple(member.url for member in members), members=tuple(members), sources=outlets,
            languages=("de",), first_seen_at=first.first_seen_at, last_seen_at=last.first_seen_at,
            provenance=tuple(
                Provenance(
                    url=one.url, of=first.source, of_url=first.url, evidence=("first-seen",), sure="likely",
                    reason="was not there when the other was seen",
                )
                for one in members[1:]
            ),
            pickup=Pickup(articles=len(members), outlets=len(outlets), independent=1, copies=len(members) - 1,
                          hours=1.0, velocity=1.0),
        )  # fmt: skip
        step = StoryChange(
            story_id=story_id, revision=content.revision, change=change, at=self.at,  # type: ignore[arg-type]
            article_id=last.article_id, article_url=last.url, story=content,
        )  # fmt: skip
        yield self._record("story-changes", story_id, step)
        yield self._record("stories", story_id, content)
