"""XML from strangers as a tree: no DTD, no entities of its own, no network; one bad tag costs one thing."""

from collections import Counter
from collections.abc import Collection
from contextlib import suppress
from typing import NamedTuple, TypeAlias

from lxml import etree  # type: ignore[import-untyped]

from services.ingest.text.markup import local, pieces
from services.ingest.text.mend import mended

Element: TypeAlias = etree._Element  # noqa: SLF001 - lxml has no other name for it
_SAFE = {"resolve_entities": False, "no_network": True, "remove_comments": True, "remove_pis": True}


class Document(NamedTuple):
    root: Element
    kind: str
    """Local name of the root element, in lower case."""
    whole: bool
    """False: the text ends before the root element does."""
    tags: Counter[str]
    """How often each element begins in the text, by its name as written; counted apart from the tree."""
    lines_before: int
    """Lines of the text before the tree's first."""


def read_document(text: str, roots: Collection[str]) -> Document | None:
    """The first element called one of `roots`, whatever a server printed around it; None without one."""
    first = next((one for one in pieces(text) if one.kind != "end" and local(one.name) in roots), None)
    if first is None:
        return None
    survey = _survey(text, first.start)
    root = _tree(text, first.start, well_formed=not survey.torn)
    lines = text.count("\n", 0, first.start)
    return Document(root, local(first.name), survey.whole, survey.tags, lines)


class _Survey(NamedTuple):
    whole: bool
    torn: bool
    """A comment or CDATA section is not where its author meant it."""
    tags: Counter[str]


def _survey(text: str, start: int) -> _Survey:
    tags: Counter[str] = Counter()
    root = ""
    ended = torn = False
    for piece in pieces(text, start):
        if piece.kind in {"start", "empty"}:
            tags[piece.name] += 1
            ended = ended or (not root and piece.kind == "empty")
            root = root or local(piece.name)
        elif piece.kind == "end":
            ended = ended or local(piece.name) == root
        torn = torn or (piece.kind == "other" and not piece.text)
    return _Survey(ended, torn, tags)


def _tree(text: str, start: int, *, well_formed: bool) -> Element:
    if well_formed:
        with suppress(etree.XMLSyntaxError):
            return etree.fromstring(text[start:].rstrip(), etree.XMLParser(**_SAFE))
    tree = etree.fromstring(mended(text, start), etree.XMLParser(recover=True, **_SAFE))
    return tree if tree is not None else etree.Element("empty")
