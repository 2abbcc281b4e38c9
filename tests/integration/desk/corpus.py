"""A small newsroom as records of topics, with something for every kind of page.

What stands in headlines and what is running text can be given, to see where either ends up.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from services.contracts import wire
from services.contracts.articles import Article, Watermark, Withdrawal
from services.contracts.events import Event, Storyline, StorylineEvent
from services.contracts.facts import Figure, FigureLine, FigurePoint, Name, Quote
from services.contracts.feeds import Feed, FeedState, Poll, Unused
from services.contracts.relations import Passage, Relation, Verdict
from services.contracts.stories import (
    Edit,
    Origin,
    Pickup,
    Provenance,
    Story,
    StoryChange,
    StoryMember,
    StoryState,
    Update,
)
from services.stream.bus import Partition, Record
from services.stream.clock import microseconds

START = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
TITLE = "Bridge over the Mira closed"
TEXT = "The bridge over the Mira is closed until Friday. Engineers found a crack in the eastern pier."


class ListLog:
    """Records in order of their partitions: the reading side of a bus."""

    def __init__(self, records: Sequence[Record]) -> None:
        self.records: dict[Partition, list[Record]] = {}
        for record in records:
            self.records.setdefault(record.partition, []).append(record)

    async def partitions(self, topic: str) -> int:
        return 1 if topic else 0

    async def end(self, partition: Partition) -> int:
        return len(self.records.get(partition, ()))

    async def read(self, partition: Partition, start: int, *, max_records: int) -> Sequence[Record]:
        return self.records.get(partition, [])[start : start + max_records]


class Corpus:
    """Collects records. `title` and `text` go wherever headlines and running text may stand."""

    def __init__(self, title: str = TITLE, text: str = TEXT) -> None:
        self.title = title
        self.text = text
        self.records: list[Record] = []
        self._next: dict[str, int] = {}

    def put(self, topic: str, key: str, content: msgspec.Struct | None, at: datetime) -> None:
        value = None if content is None else wire.encode(content)
        kind = b"" if content is None else wire.ce_type(type(content)).encode()
        self.raw(topic, key.encode(), value, (("ce_type", kind),), at)

    def raw(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        headers: tuple[tuple[str, bytes], ...],
        at: datetime,
    ) -> None:
        offset = self._next.get(topic, 0)
        self._next[topic] = offset + 1
        self.records.append(Record(Partition(topic, 0), offset, key, value, headers, microseconds(at)))

    def article(self, name: str, outlet: str, minute: int, *, version: int = 1) -> Article:
        article = Article(
            article_id=f"article-{name}",
            version_id=f"version-{name}-{version}",
            url=f"https://{outlet}/{name}",
            source=outlet,
            feed=f"https://{outlet}/rss",
            title=self.title,
            text=f"{self.text} Version {version}.",
            language="en",
            first_seen_at=START + timedelta(minutes=minute),
            published_at=START,
            agencies=("apx",),
        )
        self.put("articles", article.article_id, article, article.first_seen_at)
        return article

    def verdict(self, article: Article, story_id: str, other: Article | None = None) -> None:
        relations: tuple[Relation, ...] = ()
        if other is not None:
            half = len(other.text) // 2
            relations = (
                Relation(
                    other_article_id=other.article_id,
                    other_version_id=other.version_id,
                    other_url=other.url,
                    kind="syndicated",
                    note=self.text,
                    jaccard=0.9,
                    containment=0.95,
                    other_containment=0.9,
                    fresh_containment=0.9,
                    fresh_shared=12,
                    direction="first-seen",
                    reason="runs the text whole",
                    bands=3,
                    samples=4,
                    passages=(Passage(start=0, end=half, other_start=0, other_end=half),),
                ),
            )
        verdict = Verdict(
            article_id=article.article_id,
            version_id=article.version_id,
            url=article.url,
            source=article.source,
            language="en",
            first_seen_at=article.first_seen_at,
            outcome="story",
            story_id=story_id,
            relations=relations,
        )
        self.put("relations", article.article_id, verdict, article.first_seen_at)

    def member(self, article: Article, of: Article | None = None) -> StoryMember:
        return StoryMember(
            article_id=article.article_id,
            version_id=article.version_id,
            url=article.url,
            source=article.source,
            title=article.title,
            language="en",
            role="copy" if of else "original",
            of=of.url if of else "",
            kind="syndicated" if of else None,
            containment=0.95 if of else 0.0,
            first_seen_at=article.first_seen_at,
            words=16,
            correction_note=self.text,
            withdrawn_note=self.text,
            byline="A. Writer",
        )

    def story(self, story_id: str, revision: int, members: Sequence[StoryMember], **more: object) -> Story:
        outlets = tuple(dict.fromkeys(member.source for member in members))
        first = members[0]
        given = {
            "origin": Origin(
                name=first.source, kind="outlet", url=first.url, reason="seen first", sure="likely"
            ),
            "provenance": tuple(
                Provenance(
                    url=member.url,
                    of=first.source,
                    of_url=first.url,
                    evidence=("first-seen",),
                    sure="likely",
                    reason="was not there when the other was seen",
                )
                for member in members[1:]
            ),
            "pickup": Pickup(
                articles=len(members),
                outlets=len(outlets),
                independent=1,
                copies=len(members) - 1,
                hours=1.0,
                velocity=float(len(outlets) - 1),
            ),
            **more,
        }
        return Story(
            story_id=story_id,
            revision=revision,
            headline=self.title,
            lead=self.text,
            lead_url=first.url,
            articles=tuple(member.url for member in members),
            members=tuple(members),
            sources=outlets,
            languages=("en",),
            agencies=("apx",),
            first_seen_at=first.first_seen_at,
            last_seen_at=members[-1].first_seen_at,
            states=(StoryState(state="corrected", at=START, url=first.url, note=self.text),),
            names=(Name(name=self.title, kind="place", count=2),),
            figures=(self._figures(first),),
            quotes=(Quote(text=self.text, speaker="A. Speaker"),),
            keywords=("bridge",),
            subjects=("04000000", "99999999"),
            **given,  # type: ignore[arg-type]
        )

    def _figures(self, member: StoryMember) -> FigureLine:
        figure = Figure(value=3.0, what="crack", label=self.title, text="three")
        points = [
            FigurePoint(
                figure=msgspec.structs.replace(figure, value=value),
                url=member.url,
                source=member.source,
                version_id=member.version_id,
                at=START + timedelta(minutes=value),
            )
            for value in (3.0, 5.0)
        ]
        return FigureLine(what="crack", label=self.title, points=tuple(points), conflict=True)

    def change(self, story: Story, at: datetime, change: str = "grew", update: Update | None = None) -> None:
        last = story.members[-1] if story.members else None
        content = StoryChange(
            story_id=story.story_id,
            revision=story.revision,
            change=change,  # type: ignore[arg-type]
            at=at,
            article_id=last.article_id if last else "",
            article_url=last.url if last else "",
            update=update,
            story=story,
        )
        self.put("story-changes", story.story_id, content, at)
        self.put("stories", story.story_id, story, at)

    def update(self, before: Article, after: Article) -> Update:
        return Update(
            version_id=after.version_id,
            replaced_version_id=before.version_id,
            headline=Edit(before=self.title, after=self.title),
            added=(self.text,),
            dropped=(self.text,),
            edits=(Edit(before=self.text, after=self.text),),
            words_added=3,
            note=self.text,
        )


def newsroom(title: str = TITLE, text: str = TEXT) -> list[Record]:
    """Story `s1` of three outlets, one article with two versions; `s2` of one; `s3`, merged into `s1`."""
    corpus = Corpus(title, text)
    at = [START + timedelta(minutes=minute) for minute in range(60)]
    first = corpus.article("a", "harbour.example", 0)
    copy = corpus.article("b", "valley.example", 10)
    later = corpus.article("b", "valley.example", 20, version=2)
    third = corpus.article("c", "hill.example", 30)
    alone = corpus.article("d", "harbour.example", 40)
    corpus.put("articles", "w", Watermark(origin=0, origins=1, at=at[50]), at[50])
    gone = Withdrawal(
        article_id="article-d", version_id="version-d-1", url=alone.url, source="harbour.example",
        language="en", at=at[55], note=text,
    )  # fmt: skip
    corpus.put("articles", "article-d", gone, at[55])
    for article, other in ((first, None), (copy, first), (later, first), (third, first), (alone, None)):
        corpus.verdict(article, "s2" if article is alone else "s1", other)
    _stories(corpus, at, (first, copy, later, third, alone))
    _upkeep(corpus, at)
    return corpus.records


def _stories(
    corpus: Corpus,
    at: list[datetime],
    articles: tuple[Article, Article, Article, Article, Article],
) -> None:
    first, copy, later, third, alone = articles
    members = [corpus.member(first), corpus.member(copy, first), corpus.member(third, first)]
    corpus.change(corpus.story("s1", 1, members[:1]), at[0], "created")
    corpus.change(corpus.story("s1", 2, members[:2]), at[10])
    members[1] = msgspec.structs.replace(corpus.member(later, first), versions=2)
    corpus.change(corpus.story("s1", 3, members[:2]), at[20], "updated", corpus.update(copy, later))
    corpus.change(corpus.story("s3", 1, [corpus.member(third)]), at[30], "created")
    corpus.change(corpus.story("s3", 2, [corpus.member(third)], merged_into="s1"), at[31], "merged")
    corpus.change(corpus.story("s1", 4, members, merged_from=("s3",)), at[31], "merged")
    corpus.put("stories", "s3", None, at[31])
    corpus.change(corpus.story("s2", 1, [corpus.member(alone)]), at[40], "created")
    event = Event(
        event_id="e1", revision=1, title=corpus.title, stories=("s1", "s2"), articles=(first.url, alone.url),
        first_seen_at=at[0], last_seen_at=at[40], places=("Mira",), line=corpus.title, storyline_id="l1",
    )  # fmt: skip
    corpus.put("events", "e1", event, at[40])
    chapter = StorylineEvent(
        event_id="e1", title=corpus.title, stories=("s1", "s2"), articles=(first.url,),
        first_seen_at=at[0], last_seen_at=at[40],
    )  # fmt: skip
    line = Storyline(
        storyline_id="l1",
        revision=1,
        title=corpus.title,
        events=(chapter,),
        first_seen_at=at[0],
        last_seen_at=at[40],
    )
    corpus.put("storylines", "l1", line, at[40])


def _upkeep(corpus: Corpus, at: list[datetime]) -> None:
    feed = Feed(feed_id="f1", url="https://harbour.example/rss", source="harbour.example", title=corpus.title)
    corpus.put("feeds", "f1", feed, at[0])
    state = FeedState(
        feed_id="f1", url=feed.url, status="broken", reason="http_500", failures=3,
        polled_at=at[50], due_at=at[55], listed=2, past={"article": 2},
        polls=(Poll(at=at[50], outcome="poll-failed", reason="http_500"),),
        unused=(Unused(at=at[50], reason="no_article", about=corpus.title, detail=corpus.text),),
    )  # fmt: skip
    corpus.put("feed-state", "f1", state, at[50])
    why = (("dl_reason", b"bad-feed"), ("dl_detail", corpus.title.encode()), ("dl_origin", b"feed f1"))
    corpus.raw("dead-letters.ingest", None, corpus.text.encode(), why, at[50])
    corpus.raw(
        "stories", b"odd", b"\xff\x00no json", (("ce_type", b"newsfold.Story.v1"), ("odd", b"\xff")), at[51]
    )
    corpus.raw("stories", b"empty", b"", (), at[52])
