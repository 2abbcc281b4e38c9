"""Stories in words, no line wider than a terminal of old. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from rich.cells import cell_len, chop_cells, set_cell_size

from services.contracts.facts import FigureLine
from services.contracts.stories import Edit, Provenance, Story, StoryChange, StoryMember, Update

WIDTH = 80
_POINTS = 8
_QUOTES = 3


def row(story: Story) -> Iterator[str]:
    """A story in two lines."""
    pickup = story.pickup
    spread = f"{pickup.outlets} outlets, {pickup.velocity:g}/h" if pickup else f"{len(story.sources)} outlets"
    marks = "".join(f" [{state}]" for state in dict.fromkeys(one.state for one in story.states))
    yield _cut(f"{story.story_id[:8]}  {story.headline}{marks}")
    yield _cut(f"          {_time(story.last_seen_at)}  {spread}  {first_of(story)}")


def first_of(story: Story) -> str:
    origin = story.origin
    if origin is None:
        return ""
    return f"from {origin.name} ({origin.sure})" if origin.name else "first: undecided"


def whole(story: Story, changes: Sequence[StoryChange]) -> Iterator[str]:
    """Everything a desk asks of a story."""
    yield from _wrapped(story.headline)
    yield from _wrapped(story.lead, "  ")
    yield f"  shown: {story.lead_url}"
    yield from _wrapped(f"why it: {story.best_reason}", "  ")
    if story.origin:
        yield from _wrapped(f"{first_of(story)}: {story.origin.reason}", "  ")
    if story.pickup:
        told = story.pickup
        yield (
            f"  {told.articles} articles in {told.outlets} outlets, {told.independent} independent, "
            f"{told.copies} copies, {told.hours:g} h"
        )
    yield from _section("Who took from whom", _tree(story))
    yield from _section("What changed", (line for change in changes for line in _change(change)))
    yield from _section("What the numbers say", (line for one in story.figures for line in _figure(one)))
    yield from _section("Who and where", _wrapped(", ".join(_spelt(story)), "  "))
    yield from _section(
        "Said", (line for q in story.quotes[:_QUOTES] for line in _wrapped(f"“{q.text}” {q.speaker}", "  "))
    )
    yield from _section(
        "States", (_cut(f"  {_time(one.at)}  {one.state}  {one.note or one.url}") for one in story.states)
    )


def happened(change: StoryChange) -> Iterator[str]:
    """One change of a story as it comes."""
    yield _cut(f"{_time(change.at)}  {change.change:9}  {change.story.headline}")
    yield _cut(f"             {change.article_url or change.story_id}")
    if change.update:
        yield from _update(change.update)


def _tree(story: Story) -> Iterator[str]:
    edges: dict[str, list[Provenance]] = {}
    for edge in story.provenance:
        edges.setdefault(edge.url, []).append(edge)
    for member in story.members:
        yield _cut(f"  {_time(member.first_seen_at)}  {_part(member)}")
        yield _cut(f"    {member.url}")
        for edge in edges.get(member.url, []):
            by = "+".join(edge.evidence) or "inferred"
            yield _cut(f"    <- {edge.of} ({edge.sure}, {by}): {edge.reason}")


def _part(member: StoryMember) -> str:
    share = f", {member.shared_words} words shared, {member.added_words} own" if member.of else ""
    gone = ", withdrawn" if member.withdrawn_at else ""
    return f"{member.source}: {member.role}{share}{gone}"


def _change(change: StoryChange) -> Iterator[str]:
    yield _cut(f"  {_time(change.at)}  {change.change:9}  {change.article_url}")
    if change.update:
        yield from _update(change.update)


def _update(update: Update) -> Iterator[str]:
    if update.house_style:
        yield "    house style only"
        return
    if update.headline:
        yield _cut(f"    headline: {_edit(update.headline)}")
    yield from (_cut(f"    figure: {_edit(edit)}") for edit in update.figures)
    yield from (_cut(f"    + {passage}") for passage in update.added)
    yield from (_cut(f"    - {passage}") for passage in update.dropped)
    for what, names in (("named now", update.names_added), ("no longer named", update.names_dropped)):
        if names:
            yield _cut(f"    {what}: {', '.join(names)}")
    if update.note:
        yield _cut(f"    note: {update.note}")


def _edit(edit: Edit) -> str:
    return f"{edit.before or '–'} → {edit.after or '–'}"  # noqa: RUF001


def _figure(line: FigureLine) -> Iterator[str]:
    yield f"  {line.label or line.unit}{'  (outlets disagree)' if line.conflict else ''}"
    for point in line.points[-_POINTS:]:
        bound = f"{point.figure.bound} " if point.figure.bound else ""
        yield _cut(f"    {_time(point.at)}  {bound}{point.figure.text}  {point.source}")


def _spelt(story: Story) -> Iterator[str]:
    for name in story.names:
        also = f" (also {', '.join(name.variants[:3])})" if name.variants else ""
        yield f"{name.name}{also}"


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    told = list(lines)
    if told:
        yield ""
        yield title
        yield from told


def _wrapped(text: str, indent: str = "") -> Iterator[str]:
    line = indent
    for word in _printable(text).split():
        for piece in chop_cells(word, WIDTH - len(indent)):
            if line.strip() and cell_len(line) + 1 + cell_len(piece) > WIDTH:
                yield line
                line = indent
            line += f" {piece}" if line.strip() else piece
    if line.strip():
        yield line


def _cut(line: str) -> str:
    line = _printable(line)
    return line if cell_len(line) <= WIDTH else f"{set_cell_size(line, WIDTH - 1)}…"


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)


def _time(at: datetime) -> str:
    return f"{at:%m-%d %H:%M}"
