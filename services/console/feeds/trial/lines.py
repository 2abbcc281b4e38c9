"""What a trial saw and would make of it, in lines for people. Pure."""

from collections.abc import Iterator

from services.console.feeds.account import account_of, poll_account
from services.console.feeds.detail import one_line
from services.console.feeds.trial.record import Fetch, Trial
from services.console.feeds.trial.rows import article_row, entry_row
from services.ingest.readings import Entry
from services.ops.redaction import public_url

ENTRIES_SHOWN = 25
NO_DATE = "none, or none that can be read"


def trial_lines(trial: Trial) -> Iterator[str]:
    yield public_url(trial.feed.url)
    for fetch in trial.fetches:
        yield from _exchange(fetch, "  ")
    yield from _document(trial)
    if trial.parsed:
        for number, entry in enumerate(trial.parsed.entries[:ENTRIES_SHOWN], start=1):
            yield from _entry(number, entry, trial)
        rest = len(trial.parsed.entries) - ENTRIES_SHOWN
        if rest > 0:
            yield f"  … and {rest:,} more entries; --json has all of them"
    yield from _pages(trial)
    yield from _verdict(trial)


def _exchange(fetch: Fetch, indent: str) -> Iterator[str]:
    one = fetch.exchange
    parts = [
        str(one.status) if one.status else "no answer",
        one_line(one.content_type) or "no type",
        one_line(one.codings) or "not packed",
        f"{one.wire_bytes:,} bytes, {fetch.size:,} decoded",
        f"{fetch.seconds:.2f} s",
    ]
    yield f"{indent}http      {', '.join(parts)}"
    if one.final_url:
        yield f"{indent}          answered by {public_url(one.final_url)}"
    if one.outcome not in {"ok", "not_modified"}:
        yield f"{indent}          {one.outcome}: {one_line(one.reason)}"
    validators = {"etag": one.etag, "last-modified": one.last_modified}
    kept = [f"{name} {one_line(value)}" for name, value in validators.items() if value]
    kept += [f"max-age {one.max_age_s} s"] if one.max_age_s else []
    kept += [f"retry-after {one.retry_after_s} s"] if one.retry_after_s else []
    if kept:
        yield f"{indent}          {', '.join(kept)}"


def _document(trial: Trial) -> Iterator[str]:
    parsed, kind = trial.parsed, trial.fetches[-1].kind if trial.fetches else ""
    if parsed is None:
        return
    yield f"  document  {kind}" + (f": {parsed.refusal}: {one_line(parsed.reason)}" if parsed.refusal else "")
    facts = {
        "title": one_line(parsed.title),
        "home": public_url(parsed.home_url) or "none named",
        "language": parsed.language or "none named",
        "asks for": f"a poll every {parsed.ttl_s // 60} min" if parsed.ttl_s else "",
        "source": trial.feed.source,
        "items": str(poll_account(trial.state.polls[0])) if trial.state.polls else str(parsed.listed),
    }
    if not parsed.refusal:
        yield from (f"  {name:<10}{value}" for name, value in facts.items() if value)
    yield from (f"  left out  {one.reason}: {one_line(one.about)}" for one in parsed.left_out)
    yield from (f"  sitemap   {public_url(one)}" for one in parsed.sitemaps)


def _entry(number: int, entry: Entry, trial: Trial) -> Iterator[str]:
    row = entry_row(entry, trial)
    yield f"{number:>3}. {one_line(entry.title) or '(no title)'}"
    yield f"     id      {one_line(entry.id) or 'none'}"
    link = public_url(entry.url) if entry.url else "none"
    yield f"     link    {link}" + (f" → {public_url(row['address'])}" if row["address"] else "")
    yield f"     date    {row['published_at'] or NO_DATE}"
    yield f"     text    {row['text']}, {row['characters']:,} characters"
    yield f"     becomes {row['fate']}" + (f" of {row['source']}" if row["source"] else "")


def _pages(trial: Trial) -> Iterator[str]:
    waiting = len(trial.state.pending)
    if waiting:
        yield f"pages: {len(trial.pages):,} of {waiting:,} tried"
    for page in trial.pages:
        yield f"  {public_url(page.url)}"
        for fetch in page.fetches:
            yield from _exchange(fetch, "    ")
        if page.article is None:
            yield f"    no article: {page.why}: {one_line(page.detail)}"
            continue
        told = article_row(page.article)
        yield f"    title     {one_line(told['title']) or '(no title)'}"
        yield f"    text      {told['characters']:,} characters: {one_line(told['begins'])}"
        yield f"    language  {told['language'] or 'unknown'}"
        yield f"    date      {told['published_at'] or NO_DATE}"
        yield f"    claims    {public_url(page.canonical_url) or 'no canonical address'}"
        yield f"    becomes   {public_url(told['url'])} of {told['source']}"


def _verdict(trial: Trial) -> Iterator[str]:
    whole, came = len(trial.articles), sum(page.article is not None for page in trial.pages)
    untried = len(trial.state.pending) - len(trial.pages)
    yield f"articles: {whole} out of the feed's own text, {came} out of {len(trial.pages)} pages tried"
    if untried > 0:
        yield f"  {untried:,} more pages would be fetched"
    yield f"entries: {account_of(trial.final)}"
