"""Label values of the metrics: every one is an enum. Never a feed, host, address, id or text of an error."""

from itertools import product
from typing import NamedTuple, get_args

from services.contracts.clusters import Change
from services.contracts.feeds import FeedStatus
from services.contracts.relations import PairAnswer, RelationKind, ScreenReason
from services.contracts.topics import CANARY, EVERY, FEED_PARTITIONS, SHARD_COUNT, SPREAD, TOPICS
from services.ops.failures import ERRORS
from services.ops.outcomes import DEAD, ENTRIES, OTHER, OUTCOMES, ROLES
from services.ops.outcomes import SERVICES as _SERVICES
from services.stream.observer import Result, State

Values = tuple[str, ...]
SERVICES: Values = (*_SERVICES, *ROLES)


class Labels(NamedTuple):
    """Label names, and every combination of their values there can be."""

    names: Values = ()
    allowed: tuple[Values, ...] = ((),)


def combinations(**values: Values) -> Labels:
    """Every value with every other."""
    return Labels(tuple(values), tuple(product(*values.values())))


def labels_by_service(label: str, values: dict[str, Values]) -> Labels:
    """The values of each service."""
    return Labels(("service", label), tuple((name, one) for name, of in values.items() for one in of))


RESTORE_SOURCES: Values = ("log", "image", "snapshot", "refused-snapshot", "standby")
REBALANCES: Values = ("assigned", "revoked", "lost", "unchanged")
FEED_STATES: Values = (*get_args(FeedStatus), "overdue", "unpolled")
STAGES: Values = ("fetch", "restore", "step", "publish", "upkeep")
ARTICLE_KINDS: Values = ("new", "version", "shown-again", "churn", "backfill")
LEFT_OUT_BY: Values = ("copies", "passages")
"""`dedup.most_candidates` and `dedup.most_passage_candidates`."""
AGE_PATHS: Values = ("live", "backfill")
ANSWERS: Values = ("2xx", "3xx", "4xx", "5xx")
"""How the Desk answered, by class of status."""
FETCHED: Values = ("feed", "page", "robots", "hub")
PUSHES: Values = ("taken", "unsigned", "unknown", "flood", "verified")
"""What became of what a hub sent: `verified` is its question whether it was asked."""
FETCH_OUTCOMES: Values = (
    "ok",
    "not_modified",
    "http_403",
    "http_404",
    "http_410",
    "http_429",
    "http_4xx",
    "http_5xx",
    "timeout",
    "dns",
    "connect",
    "tls",
    "too_large",
    "bomb",
    "encoding",
    "truncated",
    "blocked_address",
    "bad_url",
    "redirect",
    "protocol",
    "robots_denied",
    "robots_unreachable",
)
"""As an exchange calls them."""
REFUSALS: Values = (
    "no_article",
    "not_found",
    "redirected",
    "not_html",
    "not_a_feed",
    "incomplete",
    "empty_body",
    "too_deep",
    "parse_error",
    "parse_timeout",
    "parse_crash",
)
"""As a parser calls them."""
FAILURES: Values = (*(one for one in FETCH_OUTCOMES if one not in {"ok", "not_modified"}), *REFUSALS, OTHER)
FATES: Values = (
    "article",
    "waiting",
    "known",
    "withdrawn",
    "no-address",
    "no-content",
    "unreadable",
    "cut",
    "index_page",
    *FAILURES,
)
"""What became of an entry since it was listed."""
QUEUES: dict[str, Values] = {
    "ingest": ("inbox", "inbox-bytes", "requests", "parsers"),
    "dedup": ("inbox", "inbox-bytes", "reorder"),
    "enrich": ("inbox", "inbox-bytes"),
    **dict.fromkeys(ROLES, ("inbox", "inbox-bytes")),
}
STATEFUL: Values = ("ingest", "dedup")
"""Services that tell how much state they hold in memory."""

NUMBERS: Values = tuple(str(number) for number in range(max(FEED_PARTITIONS, SHARD_COUNT)))
_UNLISTED = {"articles": ("plan",)}
"""Readers that are there only where dedup is spread."""
_READ_TOPICS = tuple(
    (reader, topic.name)
    for topic in (*TOPICS, *SPREAD)
    for reader in (*topic.readers, *_UNLISTED.get(topic.name, ()))
    if reader in SERVICES
    if reader != topic.writer  # a service restores from its own topics
    if topic.name != CANARY  # looked at from outside, never taken
)
_TAKEN = tuple(
    (reader, topic, str(number))
    for reader, topic in _READ_TOPICS
    if topic != "feeds"  # read from the start at every start, so no offset is ever committed
    for number in range(EVERY[topic].partitions)
)
_FORGETTING = tuple(pair for pair in _READ_TOPICS if EVERY[pair[1]].retention_s is not None)

NONE = Labels()
SERVICE = combinations(service=SERVICES)
SHARD = combinations(shard=NUMBERS[:SHARD_COUNT])
NUMBER = Labels(
    ("service", "partition"),
    (
        *product(_SERVICES, NUMBERS),
        *dict.fromkeys(
            (reader, str(number))
            for reader, topic in _READ_TOPICS
            if reader in ROLES
            for number in range(EVERY[topic].partitions)
        ),
    ),
)
STATE_NUMBER = combinations(service=STATEFUL, partition=NUMBERS)
READ = Labels(("service", "topic"), _READ_TOPICS)
WRITTEN = Labels(
    ("service", "topic"),
    tuple(
        (writer, topic.name)
        for topic in (*TOPICS, *SPREAD)
        for writer in (topic.writer, *topic.also)
        if writer in SERVICES
    ),
)
TAKEN = Labels(("service", "topic", "partition"), _TAKEN)
FORGETTING = Labels(("service", "topic"), _FORGETTING)
OUTCOME = labels_by_service("outcome", OUTCOMES)
DEAD_REASON = labels_by_service("reason", DEAD)
QUEUE = labels_by_service("queue", QUEUES)
ERROR = combinations(service=SERVICES, stage=STAGES, error_type=ERRORS)
RESULT = combinations(service=SERVICES, result=get_args(Result))
LOOP_STATE = combinations(service=SERVICES, state=get_args(State))
REBALANCE = combinations(service=SERVICES, kind=REBALANCES)
RESTORE_SOURCE = combinations(service=SERVICES, source=RESTORE_SOURCES)
FEED_STATE = combinations(state=FEED_STATES)
FETCH = combinations(kind=FETCHED, outcome=FETCH_OUTCOMES)
PUSH = combinations(outcome=PUSHES)
FAILURE = combinations(reason=FAILURES)
ENTRY = combinations(outcome=ENTRIES)
FATE = combinations(fate=FATES)
FORM = combinations(form=("wire", "decoded"))
ARTICLE_KIND = combinations(kind=ARTICLE_KINDS)
RELATION = combinations(kind=get_args(RelationKind))
SCREEN = combinations(reason=get_args(ScreenReason))
REFUSAL = combinations(
    reason=tuple(answer for answer in get_args(PairAnswer) if answer not in get_args(RelationKind))
)
LEFT_OUT = combinations(bound=LEFT_OUT_BY)
CHANGE = combinations(change=get_args(Change))
EXTENSION = combinations(extension=("extractor", "embedder"))
AGE_PATH = combinations(path=AGE_PATHS)
ANSWERED = combinations(status=ANSWERS)
