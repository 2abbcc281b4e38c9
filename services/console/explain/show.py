"""Articles, relations, passages and stories on a terminal."""

from collections.abc import Mapping
from datetime import datetime

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from services.console.explain import wording
from services.console.explain.evidence import Evidence
from services.contracts.articles import Article
from services.contracts.relations import Passage, Relation, RelationKind, Verdict
from services.contracts.stories import StoryMember
from services.dedup.relations.explain import Comparison
from services.dedup.settings import DedupSettings

_CONTEXT = 40
_MOST_PASSAGES = 12
_STYLES: Mapping[RelationKind, str] = {
    "background": "yellow",
    "duplicate": "cyan",
    "syndicated": "green",
    "derivative": "magenta",
    "update": "blue",
}


def head(evidence: Evidence, article: Article, console: Console) -> None:
    """What the article is, of whom, since when it shows this text, and whether it was taken back."""
    credit = f", credits {', '.join(article.agencies)}" if article.agencies else ""
    console.print(Text(article.title or "(no title)", style="bold"))
    console.print(f"  {article.url}", markup=False, soft_wrap=True)
    console.print(
        f"  {article.source}, this version seen {article.first_seen_at:%Y-%m-%d %H:%M:%S}, "
        f"{article.language}{credit}",
        markup=False,
    )
    gone = evidence.withdrawals.get(article.article_id)
    if gone is not None:
        console.print(f"  {withdrawal(gone.at, gone.note)}", style="red", markup=False)


def numbers(seen: Comparison, settings: DedupSettings, console: Console) -> None:
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


def relation(evidence: Evidence, verdict: Verdict, told: Relation, console: Console) -> None:
    """What the newer is to the older, who took from whom, the numbers, the words."""
    newer, older = evidence.articles[verdict.url], evidence.articles.get(told.other_url)
    style = _STYLES[told.kind]
    kind = f"{told.kind}{' (correction)' if told.correction else ''}"
    console.print()
    console.print(
        Text.assemble((kind, f"bold {style}"), f"  {newer.url}\n        of  {told.other_url}"),
        soft_wrap=True,
    )
    parts = f"{told.containment:.1%} of the newer, {told.other_containment:.1%} of the older"
    numbers = (
        f"J {told.jaccard:.3f}, {parts}; novel {told.fresh_containment:.1%} ({told.fresh_shared} shingles); "
        f"candidate through {told.bands} bands, {told.samples} samples"
    )
    says = f"its words: {_line(told.note)}" if told.note else ""
    lines = (wording.kind(told, newer, older), wording.direction(told, newer, older), wording.others(told))
    for line in (*lines, says, told.reason, numbers):
        if line:
            console.print(f"  {line}", markup=False)
    if older is None:
        return
    if (verdict.version_id, told.other_version_id) != (newer.version_id, older.version_id):
        console.print("  of texts that have changed since, so the passages are not shown", markup=False)
        return
    for passage in told.passages[:_MOST_PASSAGES]:
        console.print(_quoted(newer.text, older.text, passage, style))
    left = len(told.passages) - _MOST_PASSAGES
    if left > 0:
        console.print(f"  … and {left} more passages", markup=False)


def _quoted(text: str, other: str, passage: Passage, style: str) -> Panel:
    """The passage, a little of what stands around it; in both texts, where they do not have it alike."""
    mine = _around(text, passage.start, passage.end, style)
    theirs = _around(other, passage.other_start, passage.other_end, style)
    return Panel(
        Text.assemble(*mine) if mine[1] == theirs[1] else Text.assemble(*mine, "\n", *theirs),
        title=f"{passage.start}–{passage.end} = {passage.other_start}–{passage.other_end}",  # noqa: RUF001
        title_align="left",
    )


def _around(text: str, start: int, end: int, style: str) -> tuple[str, tuple[str, str], str]:
    before, after = text[max(0, start - _CONTEXT) : start], text[end : end + _CONTEXT]
    return _line(before), (_line(text[start:end]), f"reverse {style}"), _line(after)


def _line(text: str) -> str:
    """Copy from strangers on one line: no control characters."""
    return "".join(char if char.isprintable() else " " for char in text)


def story(evidence: Evidence, article: Article, settings: DedupSettings, console: Console) -> None:
    """The story an article is in, its members as they came, and the bounds in use that make them one."""
    told = evidence.story_of(article.url)
    console.print()
    if told is None:
        console.print("in no story")
        return
    console.print(Text(f"story {told.story_id}: {told.headline}", style="bold"))
    if told.withdrawn:
        console.print("  withdrawn: its originals were taken back", style="red")
    kinds = {(verdict.url, one.other_url): one.kind for verdict, one in evidence.relations()}
    for member in told.members:
        now = kinds.get((member.url, member.of), member.kind) if member.of else member.kind
        since = f"; the text shown now: {now}" if now != member.kind else ""
        console.print(f"  {_member(member)}{since}", markup=False, soft_wrap=True)
    if len(told.members) > 1:
        console.print(
            f"  one story: each takes over the text of another within {settings.story_days:g} days "
            f"of the first, and every two of the {len(told.members)} share {settings.story_link:.0%}",
            markup=False,
        )
    else:
        console.print("  alone: no article re-uses enough of its text, or it of theirs", markup=False)


def _member(member: StoryMember) -> str:
    numbers = f" of {member.of} (J {member.jaccard:.2f}, C {member.containment:.2f})" if member.of else ""
    parts = [f"{member.first_seen_at:%Y-%m-%d %H:%M}  {member.source}: {member.role}{numbers}"]
    if member.correction_note:
        parts.append(f"says: {_line(member.correction_note)}")
    if member.withdrawn_at:
        parts.append(withdrawal(member.withdrawn_at, member.withdrawn_note))
    if member.of_withdrawn:
        parts.append("the copy it took its text from was withdrawn")
    return "; ".join(parts)


def withdrawal(at: datetime, note: str) -> str:
    """When a publisher was seen to have taken an article back, and in which words."""
    return f"withdrawn {at:%Y-%m-%d %H:%M:%S}" + (f": {_line(note)}" if note else "")
