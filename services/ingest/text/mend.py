"""Makes well-formed XML of what publishers send for it, so that one bad thing costs one thing.

Bare ampersands, entities of HTML, characters XML forbids, tags without their other half, attributes
without quotes, CDATA without an end, junk around the document. Entities are never expanded: those of a
document's own DTD stay as they are written.
"""

import re
from xml.sax.saxutils import escape

from services.ingest.text.characters import REFERENCE, referenced, without_controls
from services.ingest.text.markup import Piece, local, pieces

MAX_DEPTH = 100
"""Tags nested deeper are left out, their text stays."""
_ATTRIBUTE = re.compile(r"([^\s=/\"'<>&]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
_NAME = re.compile(r"[^\W\d][\w.-]*(?::[^\W\d][\w.-]*)?")
_ITEMS = frozenset({"item", "entry"})
_LEAVES = frozenset(
    "title link guid pubdate description id updated published summary category date creator comments"
    " loc lastmod changefreq priority publication_date keywords genres language name".split()
)
"""Fields that hold text, in whose middle no other field begins."""
_FIELDS = _LEAVES | {"enclosure", "encoded", "content", "source", "publication", "news"}


def mended(text: str, start: int) -> str:
    """The element that begins at `start`, well-formed; what follows it is left out."""
    writer = _Writer()
    for piece in pieces(text, start):
        writer.take(piece)
        if writer.done:
            break
    return writer.finished()


class _Writer:
    def __init__(self) -> None:
        self._out: list[str] = []
        self._open: list[str] = []
        self.done = False

    def take(self, piece: Piece) -> None:
        match piece.kind:
            case "text":
                self._write(_characters(piece.text))
            case "cdata":
                self._write(escape(without_controls(piece.text)))
            case "start" | "empty":
                self._start(piece)
            case "end":
                self._end(piece.name)
            case _:
                self._write("\n" * piece.text.count("\n"))  # so that lines keep their numbers

    def finished(self) -> str:
        while self._open:
            self._close()
        return "".join(self._out)

    def _write(self, text: str) -> None:
        if self._open:
            self._out.append(text)

    def _start(self, piece: Piece) -> None:
        if not _NAME.fullmatch(piece.name):
            self._write(escape(piece.text))
            return
        self._make_room(local(piece.name))
        if len(self._open) >= MAX_DEPTH:
            return
        empty = piece.kind == "empty"
        self._out.append(f"<{piece.name}{_attributes(piece.rest)}{'/' if empty else ''}>")
        if not empty:
            self._open.append(piece.name)
        self.done = not self._open

    def _make_room(self, name: str) -> None:
        """Close what was left open before a new item, and before a new field of one."""
        if name in _ITEMS:
            within = next((at for at, one in enumerate(self._open) if local(one) in _ITEMS), None)
            while within is not None and len(self._open) > within:
                self._close()
        elif name in _FIELDS and len(self._open) > 1 and local(self._open[-1]) in _LEAVES:
            self._close()

    def _end(self, name: str) -> None:
        same = [at for at, one in enumerate(self._open) if one.lower() == name.lower()]
        if not same and self._open and local(self._open[0]) == local(name):
            same = [0]  # a root whose end has another prefix
        if same:
            while len(self._open) > same[-1]:
                self._close()
            self.done = not self._open

    def _close(self) -> None:
        self._out.append(f"</{self._open.pop()}>")


def _characters(text: str) -> str:
    """Text with its references resolved, for XML."""
    if "&" not in text:
        return escape(without_controls(text))
    return escape(without_controls(REFERENCE.sub(referenced, text)))


def _attributes(rest: str) -> str:
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(rest):
        name, value = match[1], match[2] or match[3] or match[4] or ""
        if _NAME.fullmatch(name):
            found.setdefault(name, _characters(" ".join(value.split("\n"))).replace('"', "&quot;"))
    # Lines keep their numbers.
    return "".join(f' {name}="{value}"' for name, value in found.items()) + "\n" * rest.count("\n")
