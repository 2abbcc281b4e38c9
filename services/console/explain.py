"""`newsfold explain`: what an article is to others, with the words that prove it, and why not."""

from pathlib import Path

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from services.console.addresses import bus_at, parse, shared
from services.console.evidence import Evidence, read_bus, read_directory
from services.contracts.articles import Article
from services.contracts.relations import Passage, Relation
from services.dedup.relations.explain import Comparison, compare
from services.dedup.settings import DedupSettings

_CONTEXT = 40
_MOST_PASSAGES = 12
_STYLES = {
    "background": "yellow",
    "duplicate": "cyan",
    "syndicated": "green",
    "derivative": "magenta",
    "update": "blue",
}


async def evidence_of(out: Path | None, address: str) -> Evidence:
    """From a replay's directory where one is given, else from the log."""
    if out is not None:
        return read_directory(out)
    bus = bus_at(shared(parse(address)))
    await bus.start()
    try:
        return await read_bus(bus)
    finally:
        await bus.close()


def explain_article(evidence: Evidence, url: str, console: Console) -> None:
    """Print what relates to an article, through which candidates, and why its story is what it is."""
    article = evidence.find(url)
    _head(article, console)
    for screened in evidence.screened:
        if screened.url == article.url:
            pair = f" with {screened.other_url}" if screened.other_url else ""
            console.print(
                f"kept out of matching{pair}: {screened.reason}: {screened.detail}", style="red", markup=False
            )
    for edge in evidence.edges:
        if edge.url == article.url:
            _relation(article, evidence.articles.get(edge.relation.other_url), edge.relation, console)
        elif edge.relation.other_url == article.url:
            newer = evidence.articles.get(edge.url)
            if newer is not None:
                _relation(newer, article, edge.relation, console)
    _story(evidence, article, console)


def explain_pair(evidence: Evidence, url: str, other: str, settings: DedupSettings, console: Console) -> None:
    """Print what two articles are to each other and every number on the way, or why they are nothing."""
    one, two = evidence.find(url), evidence.find(other)
    if one.url == two.url:
        console.print("the same article", markup=False)
        return
    known = [a for a in evidence.articles.values() if a.language == one.language]
    seen = compare(one, two, known, settings)
    _head(seen.older, console)
    _head(seen.newer, console)
    _numbers(seen, settings, console)
    if isinstance(seen.answer, Relation) and seen.candidate and not seen.screens:
        _relation(seen.newer, seen.older, seen.answer, console)
        return
    for page, why in seen.screens:
        console.print(
            f"{page} is kept out of matching: {why.reason}: {why.detail}", style="red", markup=False
        )
    if not seen.candidate:
        console.print("not related: too few keys in common, the pair is never looked at", style="red")
    if not isinstance(seen.answer, Relation):
        reason = f"{seen.answer.reason}: " if seen.answer.reason else ""
        console.print(f"not related: {reason}{seen.answer.detail}", style="red", markup=False)
    _same_story(evidence, one, two, console)


def _head(article: Article, console: Console) -> None:
    credit = f", credits {', '.join(article.agencies)}" if article.agencies else ""
    console.print(Text(article.title or "(no title)", style="bold"))
    console.print(f"  {article.url}", markup=False, soft_wrap=True)
    console.print(
        f"  {article.source}, {article.first_seen_at:%Y-%m-%d %H:%M:%S}, {article.language}{credit}",
        markup=False,
    )


def _numbers(seen: Comparison, settings: DedupSettings, console: Console) -> None:
    shares, hit = seen.shares, seen.hit
    keys = f"keys in common: {hit.bands} MinHash bands, {hit.samples} sampled shingles"
    found = f"shingles: {shares.newer} in the newer, {shares.older} in the older, {shares.shared} shared"
    novel = f"novel (seen on fewer than {settings.novelty_least} earlier days): {shares.fresh_newer}"
    parts = f"{shares.containment:.1%} of the newer, {shares.other_containment:.1%} of the older"
    poorer = f"{shares.fresh_containment:.1%} of the poorer side"
    for line in (
        f"{keys}, estimated containment {seen.estimate:.2f}",
        f"{found}: J {shares.jaccard:.3f}, {parts}",
        f"{novel} and {shares.fresh_older}, {shares.fresh_shared} shared, {poorer}",
    ):
        console.print(f"  {line}", markup=False)


def _relation(newer: Article, older: Article | None, relation: Relation, console: Console) -> None:
    style = _STYLES[relation.kind]
    kind = f"{relation.kind}{' (correction)' if relation.correction else ''}"
    console.print()
    console.print(
        Text.assemble((kind, f"bold {style}"), f"  {newer.url}\n        of  {relation.other_url}"),
        soft_wrap=True,
    )
    console.print(f"  {relation.reason}", markup=False)
    parts = f"{relation.containment:.1%} of the newer, {relation.other_containment:.1%} of the older"
    novel = f"novel {relation.fresh_containment:.1%} ({relation.fresh_shared} shingles)"
    through = f"candidate through {relation.bands} bands, {relation.samples} samples"
    console.print(f"  J {relation.jaccard:.3f}, {parts}; {novel}; {through}", markup=False)
    if older is None:
        return
    for passage in relation.passages[:_MOST_PASSAGES]:
        console.print(_quoted(newer.text, older.text, passage, style))
    left = len(relation.passages) - _MOST_PASSAGES
    if left > 0:
        console.print(f"  … and {left} more passages", markup=False)


def _quoted(text: str, other: str, passage: Passage, style: str) -> Panel:
    """The passage in both texts, a little of what stands around it."""
    return Panel(
        Text.assemble(
            *_around(text, passage.start, passage.end, style),
            "\n",
            *_around(other, passage.other_start, passage.other_end, style),
        ),
        title=f"{passage.start}–{passage.end} = {passage.other_start}–{passage.other_end}",  # noqa: RUF001
        title_align="left",
    )


def _around(text: str, start: int, end: int, style: str) -> tuple[str, tuple[str, str], str]:
    before, after = text[max(0, start - _CONTEXT) : start], text[end : end + _CONTEXT]
    return _line(before), (_line(text[start:end]), f"reverse {style}"), _line(after)


def _line(text: str) -> str:
    """Copy from strangers on one line: no control characters."""
    return "".join(char if char.isprintable() else " " for char in text)


def _story(evidence: Evidence, article: Article, console: Console) -> None:
    story = evidence.story_of(article.url)
    console.print()
    if story is None:
        console.print("in no story")
        return
    settings = DedupSettings()
    console.print(Text(f"story {story.story_id}: {story.headline}", style="bold"))
    for member in story.members:
        numbers = f" of {member.of} (J {member.jaccard:.2f}, C {member.containment:.2f})" if member.of else ""
        seen = f"{member.first_seen_at:%Y-%m-%d %H:%M}"
        console.print(f"  {seen}  {member.source}: {member.role}{numbers}", markup=False, soft_wrap=True)
    if len(story.members) > 1:
        console.print(
            f"  one story: each takes over the text of another within {settings.story_days:g} days "
            f"of the first, and every two of the {len(story.members)} share {settings.story_link:.0%}",
            markup=False,
        )
    else:
        console.print("  alone: no article re-uses enough of its text, or it of theirs", markup=False)


def _same_story(evidence: Evidence, one: Article, two: Article, console: Console) -> None:
    story = evidence.story_of(one.url)
    if story is not None and two.url in story.articles:
        console.print(f"both are in story {story.story_id}, through other members", markup=False)
