"""One article among the others, or two beside each other: first what was decided, then what it rests on."""

from pathlib import Path

from rich.console import Console

from services.console.addresses import bus_at, parse, shared
from services.console.explain import show, wording
from services.console.explain.agreement import NOT_LOOKED_AT, Outcome, disagreements, outcome_today
from services.console.explain.decision import (
    Counted,
    Decision,
    KeptOut,
    Refused,
    Related,
    Unlisted,
    decision,
)
from services.console.explain.evidence import Evidence, read_bus, read_directory
from services.contracts.articles import Article
from services.contracts.relations import Refusal, Relation, Verdict
from services.dedup.relations.explain import Comparison, compare
from services.dedup.settings import DedupSettings
from services.ops.config import Settings
from services.ops.exits import Exit, Stop

_MOST_REFUSALS = 20


async def evidence_of(out: Path | None, address: str | None, settings: Settings) -> Evidence:
    """From a replay's directory where one is given, else from the log. Raises `Stop` (usage)."""
    if out is not None and address is not None:
        raise Stop(Exit.USAGE, "--out and --bus are two places to look in: name one of them")
    if out is not None:
        return read_directory(out, settings.ingest.sharding)
    bus = bus_at(shared(parse(address or settings.bus.url)))
    await bus.start()
    try:
        return await read_bus(bus)
    finally:
        await bus.close()


def explain_article(evidence: Evidence, url: str, settings: DedupSettings, console: Console) -> None:
    """Print what relates to an article, through which candidates, and why its story is what it is."""
    article = evidence.find(url)
    show.head(evidence, article, console)
    verdict = evidence.verdict(article)
    if verdict is not None:
        _kept_out(verdict, console)
    refused = list(evidence.refusals(article))
    for by, refusal in refused[:_MOST_REFUSALS]:
        _refusal(by, refusal, console)
    if len(refused) > _MOST_REFUSALS:
        console.print(f"  … and {len(refused) - _MOST_REFUSALS:,} more refused pairs", style="red")
    for newer, relation in evidence.relations():
        if newer.url in evidence.articles and article.url in (newer.url, relation.other_url):
            show.relation(evidence, newer, relation, console)
    show.story(evidence, article, settings, console)


def explain_pair(evidence: Evidence, url: str, other: str, settings: DedupSettings, console: Console) -> None:
    """Print what was decided about two articles, what the rules would say today, and the numbers."""
    one, two = evidence.find(url), evidence.find(other)
    if one.url == two.url:
        console.print("the same article", markup=False)
        return
    shards = evidence.shards
    known = [article for url, article in evidence.articles.items() if shards.get(url) == shards.get(one.url)]
    now = compare(one, two, known, settings)
    show.head(evidence, now.older, console)
    show.head(evidence, now.newer, console)
    then = decision(evidence, one, two)
    console.print("\nAs it was decided:", style="bold")
    _then(then, evidence, console)
    console.print("\nComputed again now, from the articles at hand:", style="bold")
    show.numbers(now, settings, console)
    apart = shards.get(one.url) != shards.get(two.url)
    for line in _now(then, now, settings, apart=apart):
        console.print(f"  {line}", markup=False)
    _same_story(evidence, one, two, console)


def _then(then: Decision, evidence: Evidence, console: Console) -> None:
    match then:
        case Related(newer, relation):
            show.relation(evidence, newer, relation, console)
        case Refused(verdict, refusal):
            _refusal(verdict, refusal, console)
        case KeptOut(verdicts):
            for verdict in verdicts:
                _kept_out(verdict, console)
        case Counted(verdict, relation):
            console.print(
                f"  both share the text of {relation.other_url} ({relation.kind}): the pair is one of the "
                f"{relation.others:,} that {verdict.url} counts and does not list",
                markup=False,
            )
        case Unlisted(refused, left_out):
            _unlisted(refused, left_out, console)


def _kept_out(verdict: Verdict, console: Console) -> None:
    if verdict.outcome == "screened" and verdict.reason:
        why = wording.screen_reason(verdict.reason)
        console.print(
            f"  {verdict.url} was kept out of matching ({verdict.reason}): {why}; {verdict.detail}",
            style="red",
            markup=False,
        )


def _refusal(by: Verdict, refusal: Refusal, console: Console) -> None:
    more = f"; so were {refusal.others:,} more that are not listed" if refusal.others else ""
    console.print(
        f"  {by.url} was looked at beside {refusal.other_url} and refused ({refusal.reason}): "
        f"{wording.refusal_reason(refusal.reason)}; {refusal.detail}{more}",
        style="red",
        markup=False,
    )


def _unlisted(refused: tuple[Refusal, ...], left_out: int, console: Console) -> None:
    console.print("  no verdict names the pair: it is not related", style="red", markup=False)
    if refused:
        counted = ", ".join(f"{one.others:,} as {one.reason}" for one in refused)
        console.print(
            f"  it was not looked at, or is one of those refused and only counted ({counted}); which, is "
            "computed again below",
            markup=False,
        )
    elif left_out:
        console.print(
            f"  it was never looked at: too little in common, or stronger pairs filled the bounds, as for "
            f"{left_out:,} pairs of these two articles; which, is computed again below",
            markup=False,
        )
    else:
        console.print("  it was never looked at; why, is computed again below", markup=False)


def _now(then: Decision, now: Comparison, settings: DedupSettings, *, apart: bool) -> list[str]:
    """What the rules say today, and whether that is what was decided."""
    lines = _today(now, settings, apart=apart)
    if _moved_on(then, now):
        return ["one of the two texts has changed since; these numbers are of the texts shown now", *lines]
    if isinstance(then, KeptOut) and any(one.reason == "beyond-window" for one in then.verdicts):
        return [*lines, "it was kept out for the time at which it came, not for what it says"]
    points = disagreements(then, now, apart=apart)
    if not points:
        return [*lines, _agreed(then, outcome_today(now, apart=apart))]
    unless = " unless stronger pairs filled the bounds then;" if isinstance(then, Unlisted) else ""
    return [
        *lines,
        f"the rules, or what is known, have changed:{unless} today it would be decided otherwise: "
        + "; ".join(points),
    ]


def _agreed(then: Decision, today: Outcome) -> str:
    if isinstance(then, Counted):
        return "that is what was decided, as far as it was kept: the pair is counted without its kind"
    if isinstance(then, Unlisted) and today.what != NOT_LOOKED_AT:
        return f"so it is one of those that were {today.words} and only counted, or was not looked at"
    return "that is what was decided"


def _today(now: Comparison, settings: DedupSettings, *, apart: bool) -> list[str]:
    newer, older = now.newer, now.older
    if now.screens:
        return [
            f"{url} is kept out of matching ({why.reason}): {wording.screen_reason(why.reason)}; {why.detail}"
            for url, why in now.screens
        ]
    if apart:
        languages = f"{older.language} and {newer.language}"
        line = f"never looked at: texts in {languages} are in different shards and not compared"
    elif not now.near:
        line = f"never looked at: more than {settings.window_days} days lie between them"
    elif not now.hit.bands and not now.hit.samples:
        line = "never looked at: no key in common: no dozen words in a row that prove anything"
    elif not now.candidate:
        line = "never looked at: too few keys in common"
    elif isinstance(now.answer, Relation):
        line = f"{now.answer.kind}: {wording.kind(now.answer, newer, older)}; {now.answer.reason}"
    else:
        line = (
            f"refused ({now.answer.reason}): {wording.refusal_reason(now.answer.reason)}; {now.answer.detail}"
        )
    return [line]


def _moved_on(then: Decision, now: Comparison) -> bool:
    """Whether what was decided was decided on another text of either."""
    shown = {now.newer.version_id, now.older.version_id}
    match then:
        case KeptOut(verdicts):
            return not {verdict.version_id for verdict in verdicts} <= shown
        case Related(verdict, relation):
            return {verdict.version_id, relation.other_version_id} != shown
        case Refused(verdict, refusal) if refusal.other_version_id:
            return {verdict.version_id, refusal.other_version_id} != shown
    return False


def _same_story(evidence: Evidence, one: Article, two: Article, console: Console) -> None:
    story = evidence.story_of(one.url)
    if story is not None and two.url in story.articles:
        console.print(f"\nBoth are in story {story.story_id}: {story.headline}", markup=False)
