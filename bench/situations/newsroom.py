"""A situation through dedup and enrich in memory: what was decided, as the newsroom has it at the end."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from services.contracts import wire
from services.contracts.articles import Article, Watermark, Withdrawal
from services.contracts.clusters import Cluster
from services.contracts.relations import Verdict
from services.contracts.stories import Story, StoryMember
from services.dedup.order import Sighting, seen_at
from services.dedup.service import DedupService
from services.enrich.story import story
from services.stream.bus import Output, Partition, Record


class Newsroom(NamedTuple):
    verdicts: dict[str, Verdict]
    """The latest by article id."""
    stories: dict[str, Story]
    """Those that stand, by id."""

    def home(self, article_id: str) -> Story | None:
        return next((one for one in self.stories.values() if _member(one, article_id)), None)

    def member(self, article_id: str) -> StoryMember | None:
        home = self.home(article_id)
        return _member(home, article_id) if home else None


def fold(sightings: Sequence[Sighting]) -> Newsroom:
    """`sightings` in order of their times."""
    task = DedupService(None).task(0)
    log = [*sightings, Watermark(origin=0, origins=1, at=seen_at(sightings[-1]))]
    step = task.step([_record(value, offset) for offset, value in enumerate(log)])
    return _published(step.outputs)


def _published(outputs: Iterable[Output]) -> Newsroom:
    room = Newsroom({}, {})
    for output in outputs:
        if output.partition.topic == "relations":
            verdict = wire.decode(Verdict, output.value or b"")
            room.verdicts[verdict.article_id] = verdict
        elif output.partition.topic == "clusters":
            cluster = wire.decode(Cluster, output.value or b"")
            room.stories.pop(cluster.story_id, None)
            if not cluster.merged_into:
                room.stories[cluster.story_id] = story(cluster)
    return room


def _record(value: Article | Withdrawal | Watermark, offset: int) -> Record:
    key = "watermark" if isinstance(value, Watermark) else value.article_id
    at = value.at if isinstance(value, Watermark) else seen_at(value)
    headers = wire.headers(value, id=key, source="ingest", time=at)
    return Record(Partition("articles", 0), offset, key.encode(), wire.encode(value), headers, 0)


def _member(one: Story, article_id: str) -> StoryMember | None:
    return next((member for member in one.members if member.article_id == article_id), None)
