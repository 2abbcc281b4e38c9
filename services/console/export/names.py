"""The files of an export, by name."""

HISTORY = "history.jsonl"
SORTED = (
    "articles.jsonl",
    "withdrawals.jsonl",
    "relations.jsonl",
    "stories.jsonl",
    "events.jsonl",
    "storylines.jsonl",
    "screened.jsonl",
    "story-changes.jsonl",
    "dead-letters.jsonl",
    "feeds.jsonl",
)
FILES = (SORTED[0], HISTORY, *SORTED[1:])
