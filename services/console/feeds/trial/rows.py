"""What a trial saw and would make of it, as one object for programs. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.console.feeds.account import account_of
from services.console.feeds.detail import one_line
from services.console.feeds.trial.record import Fetch, PageTrial, Trial
from services.contracts.articles import Article
from services.contracts.feeds import SeenEntry
from services.ingest.polling.account import WAITING
from services.ingest.publishers import source_of
from services.ingest.readings import Entry, ParsedFeed
from services.ingest.urls import canonical, without_login

LINE_CHARS = 120
Row = Mapping[str, Any]


def trial_row(trial: Trial) -> Row:
    parsed = trial.parsed or ParsedFeed()
    account = account_of(trial.final)
    return {
        "url": without_login(trial.feed.url),
        "source": trial.feed.source,
        "http": [_fetch_row(fetch) for fetch in trial.fetches],
        "status": trial.final.status,
        "reason": one_line(trial.final.reason),
        "document": {
            "kind": trial.fetches[-1].kind if trial.fetches else "",
            "refusal": parsed.refusal,
            "reason": parsed.reason,
            "title": parsed.title,
            "home_url": without_login(parsed.home_url),
            "language": parsed.language,
            "ttl_s": parsed.ttl_s,
            "items": trial.state.polls[0].entries if trial.state.polls else {},
            "left_out": [{"reason": one.reason, "about": one.about} for one in parsed.left_out],
            "cut": parsed.cut,
            "sitemaps": [without_login(one) for one in parsed.sitemaps],
        },
        "entries": [entry_row(entry, trial) for entry in parsed.entries],
        "pages": [_page_row(page) for page in trial.pages],
        "listed": account.listed,
        "fates": account.fates,
        "promising": trial.promising,
    }


def _fetch_row(fetch: Fetch) -> Row:
    one = fetch.exchange
    return {
        "url": without_login(one.url),
        "final_url": without_login(one.final_url),
        "outcome": one.outcome,
        "reason": one_line(one.reason),
        "status": one.status,
        "content_type": one.content_type,
        "content_encoding": one.codings,
        "wire_bytes": one.wire_bytes,
        "decoded_bytes": fetch.size,
        "etag": one.etag,
        "last_modified": one.last_modified,
        "max_age_s": one.max_age_s,
        "retry_after_s": one.retry_after_s,
        "seconds": round(fetch.seconds, 3),
    }


def entry_row(entry: Entry, trial: Trial) -> Row:
    seen = next((one for one in trial.state.seen if one.key == entry.key), None)
    article = _article_of(seen, trial.articles)
    text = entry.content or entry.summary
    waits = any(entry.key == page.key or entry.url == page.url for page in trial.state.pending)
    return {
        "id": entry.id,
        "url": without_login(entry.url),
        "address": article.url if article else canonical(entry.url) or "",
        "title": entry.title,
        "published_at": entry.published_at,
        "text": "whole text" if article else "excerpt" if text else "none",
        "characters": len(text),
        "fate": "article" if article else WAITING if waits else seen.fate if seen else "repeated",
        "source": article.source if article else _source(entry, trial) if waits else "",
    }


def _source(entry: Entry, trial: Trial) -> str:
    """Whose the article would be, unless its page sends the reader on to another site."""
    return source_of(entry.url, trial.feed, source_url=entry.source_url, home_url=trial.state.home_url)


def _article_of(seen: SeenEntry | None, articles: Sequence[Article]) -> Article | None:
    version = seen.version if seen else ""
    return next((one for one in articles if version and one.version_id == version), None)


def _page_row(page: PageTrial) -> Row:
    return {
        "url": without_login(page.url),
        "http": [_fetch_row(fetch) for fetch in page.fetches],
        "canonical_url": without_login(page.canonical_url),
        "article": article_row(page.article) if page.article else None,
        "why": "" if page.article else page.why,
        "detail": "" if page.article else one_line(page.detail),
    }


def article_row(article: Article) -> Row:
    return {
        "article_id": article.article_id,
        "url": article.url,
        "source": article.source,
        "title": article.title,
        "characters": len(article.text),
        "begins": article.text.strip().partition("\n")[0][:LINE_CHARS],
        "language": article.language,
        "published_at": article.published_at,
        "agencies": article.agencies,
    }
