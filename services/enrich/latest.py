"""Stories as they were last told: one that closes is the same but for that, and is not made out anew."""

from collections import OrderedDict
from typing import NamedTuple

import msgspec

from services.contracts.clusters import Cluster, Member, Turn
from services.contracts.stories import Preference, Story
from services.enrich.story import Known, story

AT_HAND = 8_192
"""Stories, of some kilobytes each; one that is not at hand is made out anew."""


class Basis(NamedTuple):
    """All that a story is made of, but for its revision and whether it is closed."""

    members: tuple[Member, ...]
    known: Known
    merged_from: tuple[str, ...]
    split_from: str
    split_into: tuple[str, ...]
    turns: tuple[Turn, ...]


class Latest:
    """Over the stories of one shard."""

    def __init__(self, prefer: Preference = "original", at_hand: int = AT_HAND) -> None:
        self._prefer = prefer
        self._most = at_hand
        self._told: OrderedDict[str, tuple[Basis, Story]] = OrderedDict()

    def story(self, cluster: Cluster, known: Known) -> Story:
        """What `story` makes of it."""
        before = self._told.pop(cluster.story_id, None)
        basis = Basis(
            cluster.members,
            known,
            cluster.merged_from,
            cluster.split_from,
            cluster.split_into,
            cluster.turns,
        )
        if cluster.change == "closed" and before and before[0] == basis and not cluster.merged_into:
            return msgspec.structs.replace(before[1], revision=cluster.revision, closed=True)
        told = story(cluster, known, self._prefer)
        if cluster.change != "closed" and not cluster.merged_into:
            self._told[cluster.story_id] = basis, told
            if len(self._told) > self._most:
                self._told.popitem(last=False)
        return told
