"""The names under which inputs end, by service: label values, and the terms of the accounts."""

OTHER = "other"
SERVICES = ("ingest", "dedup", "enrich")
ROLES = ("plan", "sign", "range", "pair")
"""The services that a spread dedup has beside dedup."""
FLOW = ("ingest", *ROLES, "dedup", "enrich")
"""All of them, in the direction of the flow."""
DESK = "desk"
"""Serves pages and writes no topic: it has metrics of its own and none of those of the services."""

OUTCOMES: dict[str, tuple[str, ...]] = {
    "ingest": (
        "article",
        "unchanged",
        "polled",
        "not-modified",
        "same-body",
        "poll-failed",
        "page-failed",
        "withdrawn",
        "skipped-robots",
        "skipped-redirect",
        "skipped-revisit",
        "skipped-sitemap",
        "skipped-media",
        "skipped-not-http",
        "skipped-outside",
        "progress",
        "tick",
        "canary",
        "lease",
        "subscribed",
        "unsubscribed",
        OTHER,
    ),
    "dedup": (
        "story",
        "screened",
        "shown-again",
        "withdrawn",
        "known",
        "watermark",
        "canary",
        "answer",
        OTHER,
    ),
    "enrich": ("published", "canary", OTHER),
    "plan": (
        "story",
        "screened",
        "shown-again",
        "withdrawn",
        "known",
        "watermark",
        "canary",
        "notice",
        "remembered",
        OTHER,
    ),
    "sign": ("span", "known", "back", OTHER),
    "range": ("keys", "back", "probe", OTHER),
    "pair": ("signed", "known", "columns", "shared", "ask", "back", "found", OTHER),
}
DEAD: dict[str, tuple[str, ...]] = {
    "ingest": (
        "bad-line",
        "damaged-file",
        "no-article",
        "page-unreadable",
        "page-unreachable",
        "bad-feed",
        OTHER,
    ),
    "dedup": ("tombstone", "undecodable", "wrong-type", OTHER),
    "enrich": ("undecodable", "empty-story", OTHER),
    **dict.fromkeys(ROLES, ("tombstone", "undecodable", "wrong-type", OTHER)),
}

ENTRIES: tuple[str, ...] = (
    "new",
    "changed",
    "unchanged",
    "known",
    "repeated",
    "no-address",
    "left-out",
    "put-off",
    "cut",
    OTHER,
)
"""What can become of an entry when its feed is polled."""
