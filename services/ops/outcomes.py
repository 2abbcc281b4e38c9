"""The names under which inputs end, by service: label values, and the terms of the accounts."""

OTHER = "other"
SERVICES = ("ingest", "dedup", "enrich")

OUTCOMES: dict[str, tuple[str, ...]] = {
    "ingest": (
        "article",
        "unchanged",
        "polled",
        "not_modified",
        "same_body",
        "poll_failed",
        "page_failed",
        "skipped_robots",
        "skipped_redirect",
        "skipped_revisit",
        "skipped_sitemap",
        "skipped_media",
        "skipped_not_http",
        "progress",
        "tick",
        "subscribed",
        "unsubscribed",
        OTHER,
    ),
    "dedup": ("story", "screened", "known", "watermark", OTHER),
    "enrich": ("published", OTHER),
}
DEAD: dict[str, tuple[str, ...]] = {
    "ingest": (
        "bad_line",
        "damaged_file",
        "no_article",
        "page_unreadable",
        "page_unreachable",
        "bad_feed",
        OTHER,
    ),
    "dedup": ("tombstone", "undecodable", "wrong-type", OTHER),
    "enrich": ("undecodable", "empty-story", OTHER),
}
