"""The canary: a synthetic article on its way through everything, in types of its own at every stage.

It shares the partitions, queues and watermarks of real articles, so its age is theirs; but no reader of
articles, relations, stories, changes or events ever takes it for one. Its texts never change, hence
its ids do not either, and a compacted topic keeps one record a shard.
"""

import msgspec

from services.contracts.articles import Article
from services.contracts.clusters import Cluster
from services.contracts.version import version_1


class CanaryArticle(msgspec.Struct, frozen=True, kw_only=True):
    """Beside the articles, where it waits its turn as one of them would. To be passed over by readers."""

    schema_version: int = msgspec.field(default_factory=version_1)
    article: Article


class CanaryCluster(msgspec.Struct, frozen=True, kw_only=True):
    """What dedup made of it: its story of one, decided apart from all others. No state remembers it."""

    schema_version: int = msgspec.field(default_factory=version_1)
    cluster: Cluster
