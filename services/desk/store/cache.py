"""What the writer need not ask the read model for, since it wrote it lately. Bounded."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from services.contracts.stories import Role

MOST_UNDECIDED: Final = 2000
LONGEST_UNDECIDED: Final = 10_000
"""Code points of a text that is held."""
MOST_MEMBERS: Final = 50_000
"""Of all stories together."""


class Words(NamedTuple):
    """Of an article, folded, as the index takes them."""

    title: str
    text: str


class MemberColumns(NamedTuple):
    version_id: str
    source: str
    role: Role
    of_source: str
    first_us: int
    delay_s: int


class Standing(NamedTuple):
    """A story as it stands."""

    revision: int
    alone: str
    """The outlet that alone runs it."""
    number: int
    """Of its state."""
    members: Mapping[str, MemberColumns]


class Cache:
    """Of one file. It may be cleared at any time."""

    def __init__(self) -> None:
        self._words: dict[str, tuple[int, Words]] = {}
        self._standing: dict[str, Standing] = {}
        self._members = 0

    def clear(self) -> None:
        self._words.clear()
        self._clear_stories()

    def put_words(self, version_id: str, number: int, words: Words) -> None:
        """Of an article whose verdict is still to come, so that they need not be folded again."""
        if len(words.text) > LONGEST_UNDECIDED:
            return
        if len(self._words) >= MOST_UNDECIDED:
            self._words.clear()
        self._words[version_id] = number, words

    def pop_words(self, version_id: str) -> tuple[int, Words] | None:
        """The article's number and its words; None: it is to be looked up."""
        return self._words.pop(version_id, None)

    def put_story(self, story_id: str, standing: Standing) -> None:
        self.drop_story(story_id)
        if self._members + len(standing.members) > MOST_MEMBERS:
            self._clear_stories()
        self._standing[story_id] = standing
        self._members += len(standing.members)

    def story(self, story_id: str) -> Standing | None:
        """None: it is to be looked up."""
        return self._standing.get(story_id)

    def drop_story(self, story_id: str) -> None:
        """It stands otherwise now."""
        standing = self._standing.pop(story_id, None)
        if standing is not None:
            self._members -= len(standing.members)

    def _clear_stories(self) -> None:
        self._standing.clear()
        self._members = 0
