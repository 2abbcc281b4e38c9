"""A page as the run of its blocks of text, each with what its place in the page says of it."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from lxml import etree  # type: ignore[import-untyped]

from services.ingest.pages.wording import words_of

MAX_BLOCKS = 5_000
_SPACE = re.compile(r"\s+")
_BLOCKS = frozenset(
    """address article aside blockquote body br button center dd details dialog div dl dt fieldset figcaption
    figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr li main nav ol p pre section summary table tbody td
    th thead tr ul""".split()
)
_BREAKS = frozenset("br hr".split())
_UNREAD = frozenset(
    "head script style noscript template iframe object svg math select textarea audio video".split()
)
_APART = frozenset("aside nav footer dialog figure figcaption button label fieldset menu".split())
_CONTROLS = frozenset("button input select textarea".split())
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
WHOLE = 0.8
"""Share of its characters from which a block is a link and nothing else."""


class Box:
    """A block element: what it lies in, and what lies in it beside running text, at any depth."""

    __slots__ = "controls headings images in_link linked links name parent tag words".split()

    def __init__(self, tag: str, classes: str = "", parent: "Box | None" = None) -> None:
        self.tag = tag
        self.name = f"{tag} {classes}"
        self.parent = parent
        self.in_link = False
        self.controls = self.headings = self.images = self.links = 0
        self.words = self.linked = 0

    def around(self) -> "Iterator[Box]":
        """Itself and what it lies in, from the inside."""
        box: Box | None = self
        while box is not None:
            yield box
            box = box.parent

    def closed(self) -> "Box":
        """The box around it, which now holds what this one holds; itself where there is none."""
        if self.parent is None:
            return self
        self.parent.controls += self.controls
        self.parent.headings += self.headings
        self.parent.images += self.images
        self.parent.links += self.links
        self.parent.words += self.words
        self.parent.linked += self.linked
        return self.parent


class TextBlock(NamedTuple):
    text: str
    key: str
    """Its words without anything between them."""
    words: int
    box: Box
    linked: float
    """Share of its characters that are links."""
    apart: bool
    """In what is never the article's running text: an aside, a caption, a button, what is hidden."""
    below: bool
    """After the article's heading."""

    @property
    def is_heading(self) -> bool:
        return self.box.tag in HEADINGS


def blocks_of(tree: Any, heading: Any | None) -> list[TextBlock]:
    """All blocks in the order of the page. `heading` is the article's, if it has one."""
    return _Reader(heading).read(tree)


class _Reader:
    def __init__(self, heading: Any | None) -> None:
        self.blocks: list[TextBlock] = []
        self.heading = heading
        self.box = Box("")
        self.pieces: list[str] = []
        self.linked = 0
        self.links = self.apart = self.unread = 0
        self.set_apart: list[bool] = []
        """Of the elements that are open: whether each is never running text."""
        self.below = heading is None

    def read(self, root: Any) -> list[TextBlock]:
        for event, element in etree.iterwalk(root, events=("start", "end")):
            if len(self.blocks) > MAX_BLOCKS:
                break
            if event == "start" and isinstance(element.tag, str):
                self._open(element, element.tag)
            elif event == "end":
                if isinstance(element.tag, str):
                    self._close(element, element.tag)
                self._say(element.tail)
        self._flush()
        while self.box.parent is not None:
            self.box = self.box.closed()
        return self.blocks

    def _open(self, element: Any, tag: str) -> None:
        self.unread += tag in _UNREAD
        if tag in _BLOCKS:
            self._flush()
            if tag not in _BREAKS:
                self.box = Box(tag, element.get("class") or "", self.box)
                self.box.in_link = self.links > 0
        self.box.images += tag == "img"
        self.box.controls += tag in _CONTROLS
        self.box.headings += tag in HEADINGS
        is_apart = _is_apart(element, tag)
        self.set_apart.append(is_apart)
        self.apart += is_apart
        self.links += tag == "a"
        self._say(element.text)

    def _close(self, element: Any, tag: str) -> None:
        if tag in _BLOCKS:
            self._flush()
            self.box = self.box if tag in _BREAKS else self.box.closed()
        self.unread -= tag in _UNREAD
        self.apart -= self.set_apart.pop()
        self.links -= tag == "a"
        self.below = self.below or element is self.heading

    def _say(self, text: str | None) -> None:
        if text and not self.unread:
            self.pieces.append(text)
            self.linked += len(text.strip()) if self.links else 0

    def _flush(self) -> None:
        if not self.pieces:
            self.linked = 0
            return
        text = _SPACE.sub(" ", "".join(self.pieces).replace("\xad", "")).strip()
        linked = min(1.0, self.linked / max(1, len(text)))
        self.pieces, self.linked = [], 0
        if not (words := words_of(text)):
            return
        place = (self.apart > 0, self.below)
        self.blocks.append(TextBlock(text, "".join(words), len(words), self.box, linked, *place))
        self.box.links += linked > WHOLE
        self.box.words += len(words)
        self.box.linked += round(linked * len(words))


def _is_apart(element: Any, tag: str) -> bool:
    if tag in _APART:
        return True
    said = element.attrib
    return bool(said) and (
        said.get("aria-hidden") == "true" or "hidden" in said or bool(_HIDDEN.search(said.get("style") or ""))
    )
