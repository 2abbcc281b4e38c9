"""What enrich remembers of texts: the facts of the articles in open stories, as their words came by.

It is forgotten when the story closes, which dedup does when none of its texts is at hand any more.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from services.contracts.clusters import Cluster, Member
from services.contracts.facts import ArticleFacts, Facts, FigurePoint
from services.contracts.stories import Update
from services.enrich.changes.update import update
from services.enrich.extractor import Extractor, Reading
from services.enrich.facts.extract import Copy
from services.enrich.facts.timeline import points

PAST = 24
"""So many figures of earlier versions are kept of an article, the latest."""


class Learned(NamedTuple):
    """What a change adds to what is known."""

    kept: dict[str, ArticleFacts | None]
    """By article id; None: forgotten."""
    articles: Mapping[str, ArticleFacts]
    """What is known of the story's articles, by id; of one that closes what was."""
    update: Update | None = None
    """How the version differs from the one before, where the change is another version."""


class Memory:
    """Over the stories of one shard."""

    def __init__(self, extractor: Extractor) -> None:
        self._extractor = extractor
        self.articles: dict[str, ArticleFacts] = {}
        self._ahead: dict[tuple[str, str], Reading] = {}
        """What versions of the block at hand say, by article and version."""

    def restore(self, kept: ArticleFacts) -> None:
        self.articles[kept.article_id] = kept

    def take(self, clusters: Sequence[Cluster]) -> list[Learned]:
        self._read_ahead(clusters)
        return [self._take(cluster) for cluster in clusters]

    def _read_ahead(self, clusters: Iterable[Cluster]) -> None:
        """The texts of a block together, which is faster than one where each is needed."""
        texts: dict[tuple[str, str], Copy] = {}
        for cluster in clusters:
            mine = _bearer(cluster)
            known = self.articles.get(mine.article_id) if mine else None
            if mine and (known is None or known.version_id != mine.version_id):
                version = mine.article_id, mine.version_id
                texts.setdefault(version, Copy(mine.title, cluster.text, mine.language))
        self._ahead = dict(zip(texts, self._extractor.read_all(list(texts.values())), strict=True))

    def _take(self, cluster: Cluster) -> Learned:
        if cluster.change == "closed":
            known = self._of(cluster)
            for article in known:
                del self.articles[article]
            return Learned(dict.fromkeys(known), known)
        mine = _bearer(cluster)
        if mine is None:
            return Learned({}, self._of(cluster))
        before = self.articles.get(mine.article_id)
        told = before
        if before is None or before.version_id != mine.version_id:
            told = self.articles[mine.article_id] = self._read(mine, cluster.text, before)
        assert told is not None
        update = self._update(mine, cluster, told, before)
        return Learned({mine.article_id: told}, self._of(cluster), update)

    def _of(self, cluster: Cluster) -> dict[str, ArticleFacts]:
        """What is known of its articles."""
        articles = self.articles
        return {
            one.article_id: articles[one.article_id] for one in cluster.members if one.article_id in articles
        }

    def _read(self, mine: Member, text: str, before: ArticleFacts | None) -> ArticleFacts:
        read = self._ahead.pop((mine.article_id, mine.version_id), None)
        said, extractor = read or self._extractor.read(mine.title, text, mine.language)
        return ArticleFacts(
            article_id=mine.article_id,
            version_id=mine.version_id,
            seen_at=mine.version_seen_at,
            facts=said,
            past=_past(before, mine, said) if before else (),
            extractor=extractor,
        )

    def _update(
        self, mine: Member, cluster: Cluster, told: ArticleFacts, before: ArticleFacts | None
    ) -> Update | None:
        replaced = cluster.replaced
        if replaced is None or replaced.version_id == mine.version_id:
            return None
        is_known = before is not None and before.version_id == replaced.version_id
        # What two extractors say of two versions would differ where the texts do not.
        if before is not None and is_known and before.extractor == told.extractor:
            past = before.facts
        else:
            past = self._extractor.read(replaced.title, replaced.text, mine.language).facts
        return update(mine, cluster.text, replaced, told.facts, past)


def _bearer(cluster: Cluster) -> Member | None:
    """The member whose words the change brings."""
    if cluster.change == "closed" or not cluster.text:
        return None
    mine = next((m for m in cluster.members if m.article_id == cluster.article_id), None)
    return None if mine is None or mine.notice else mine


def _past(before: ArticleFacts, mine: Member, said: Facts) -> tuple[FigurePoint, ...]:
    """Figures that earlier versions gave and this one does not."""
    given = {(figure.what, figure.unit, figure.value) for figure in said.figures}
    earlier = (*before.past, *points(before, mine))
    return tuple(
        point for point in earlier if (point.figure.what, point.figure.unit, point.figure.value) not in given
    )[-PAST:]
