"""Two texts side by side."""

from services.contracts.relations import Direction, Passage, RelationKind
from services.contracts.stories import Sureness
from services.desk.views.frame import Link
from services.desk.views.shape import View
from services.desk.views.text import ShownText


class ComparePage(View, frozen=True, kw_only=True):
    """`left` is the text that took, `right` the one it was taken from, unless `swapped`."""

    left: ShownText
    right: ShownText
    passages: tuple[Passage, ...] = ()
    """`start`, `end` in the left text, `other_start`, `other_end` in the right one."""
    related: bool = False
    """The records relate these two. Without that there are no passages and no numbers."""
    swapped: bool = False
    kind: RelationKind | None = None
    correction: bool = False
    note: str = ""
    jaccard: float = 0.0
    containment: float = 0.0
    """Share of the left text's 5-word runs found in the right one."""
    other_containment: float = 0.0
    direction: Direction | None = None
    reason: str = ""
    """Why this kind and this direction, in words."""
    sure: Sureness | None = None
    """How sure the story is that one took from the other; None: it does not say."""
    order_reason: str = ""
    """The same in words."""
    after_s: int = 0
    """Seconds between the first sights."""
    story_id: str = ""
    headline: str = ""
    """Of the story."""
    swap_href: str = ""
    whole_href: str = ""
    """The same with texts that were cut shown whole; empty where none was."""
    previous: Link | None = None
    next: Link | None = None
    """The neighbouring pairs of the story."""
    record: Link | None = None
