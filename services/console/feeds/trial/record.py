"""What was seen of a feed and its pages in one trial. Pure."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from services.console.feeds.account import account_of
from services.console.feeds.detail import one_line
from services.contracts.articles import Article
from services.contracts.feeds import Feed, FeedState
from services.ingest.http.exchange import Exchange
from services.ingest.readings import ParsedFeed
from services.ingest.text.charset import text_of
from services.ingest.text.markup import root_of
from services.ops.redaction import public_url

_KINDS = {
    "rss": "RSS",
    "feed": "Atom",
    "rdf": "RSS 1.0 (RDF)",
    "urlset": "a sitemap",
    "sitemapindex": "an index of sitemaps",
    "html": "an HTML page",
    "opml": "an OPML list",
}


class Fetch(NamedTuple):
    """One exchange, its body looked at and not kept."""

    exchange: Exchange
    seconds: float
    size: int
    """Bytes of the decoded body."""
    kind: str
    """What the body is, by its beginning."""

    @classmethod
    def of(cls, exchange: Exchange, seconds: float) -> "Fetch":
        head = text_of(exchange.body[:4_096], exchange.content_type).lstrip()
        kind = "JSON" if head[:1] in {"{", "["} else _KINDS.get(root_of(head), "of no known kind")
        return cls(replace(exchange, body=b""), seconds, len(exchange.body), kind if head else "empty")


class PageTrial(NamedTuple):
    """A page that was tried."""

    url: str
    fetches: Sequence[Fetch]
    canonical_url: str
    """What the page claims."""
    article: Article | None
    why: str
    """Why there is none, as a slug."""
    detail: str


class Trial(NamedTuple):
    """Everything that was seen."""

    feed: Feed
    fetches: Sequence[Fetch]
    """Of the feed itself."""
    parsed: ParsedFeed | None
    state: FeedState
    """After the poll, with every page that would be fetched."""
    final: FeedState
    """After the pages that were tried."""
    articles: Sequence[Article]
    """Out of the feed's own text."""
    pages: Sequence[PageTrial]
    tried: int
    """How many pages were to be tried."""

    @property
    def promising(self) -> bool:
        """Whether an article came, or may come of pages that nobody wanted tried."""
        came = self.articles or any(page.article for page in self.pages)
        return bool(came or (self.state.pending and not self.tried))


def why_nothing(trial: Trial) -> str:
    url = public_url(trial.feed.url)
    if trial.state.status != "fresh" and trial.state.reason and not trial.pages:
        return f"{url}: {one_line(trial.state.reason)}"
    if trial.pages:
        reasons = Counter(page.why for page in trial.pages)
        told = ", ".join(f"{count} {reason}" for reason, count in reasons.most_common())
        return f"{url}: none of {len(trial.pages)} pages tried gave an article: {told}"
    return f"{url}: no article would come of what it lists: {account_of(trial.state)}"
