#!/usr/bin/env python3
"""Top stories, who had each first, who copied, what changed: what `newsfold tail` writes, read line by line.

newsfold tail stories story-changes --bus sqlite:var/newsfold.db | python docs/examples/newsroom.py
"""

import json
import sys
from collections.abc import Iterable
from typing import Any

Row = dict[str, Any]


def take(table: dict[str, Row], updates: dict[str, list[Row]], line: Row) -> None:
    """Put a line of `stories` in the table; keep what a line of `story-changes` says is different."""
    value = line["value"]
    if line["topic"] == "story-changes":
        if "update" in value:
            updates.setdefault(value["story_id"], []).append(value["update"])
    elif value is None:  # a tombstone: the story has become part of another
        table.pop(line["key"], None)
    elif value["revision"] >= table.get(value["story_id"], {"revision": 0})["revision"]:
        table[value["story_id"]] = value


def spread(story: Row) -> tuple[int, str]:
    return story["pickup"]["outlets"], story["first_seen_at"]


def told(story: Row, updates: Iterable[Row]) -> Iterable[str]:
    """What a person wants to know of a story, a line each."""
    pickup = story["pickup"]
    yield f"{story['headline']} ({pickup['outlets']} outlets, {pickup['copies']} copies)"
    origin = story["origin"]
    yield f"  first: {origin.get('name') or 'undecided'} ({origin['sure']}: {origin['reason']})"
    for edge in story.get("provenance", ()):
        yield f"  taken: {edge['url']} from {edge['of']} ({edge['sure']}: {edge['reason']})"
    for update in updates:
        edits = [*([update["headline"]] if "headline" in update else []), *update.get("figures", ())]
        words = "; ".join(f"{one.get('before', '')} → {one.get('after', '')}" for one in edits)
        counts = f"+{update.get('words_added', 0)}/-{update.get('words_dropped', 0)} words"
        yield f"  changed: {counts}{': ' + words if words else ''}"


def main() -> None:
    table: dict[str, Row] = {}
    updates: dict[str, list[Row]] = {}
    for line in sys.stdin:
        take(table, updates, json.loads(line))
    live = [story for story in table.values() if "merged_into" not in story]
    for story in sorted(live, key=spread, reverse=True)[:10]:
        print("\n".join(told(story, updates.get(story["story_id"], ()))))


if __name__ == "__main__":
    main()
