#!/usr/bin/env python3
"""Newsfold's stories as a table that keeps itself up to date: follow_stories.py HOST:PORT [TOPIC]."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from typing import Any

from aiokafka import AIOKafkaConsumer

Table = dict[str, dict[str, Any]]


def put(table: Table, key: bytes, value: bytes | None) -> str:
    """Take one record of `stories` into the table; returns the id of its story."""
    story_id = key.decode()
    if value is None:  # a tombstone: the story has become part of another
        table.pop(story_id, None)
    elif (story := json.loads(value))["revision"] >= table.get(story_id, {"revision": 0})["revision"]:
        table[story_id] = story
    return story_id


async def follow(bootstrap: str, topic: str, table: Table) -> AsyncIterator[str]:
    """Read the topic from its beginning, then what comes, for ever; yields ids of changed stories."""
    async with AIOKafkaConsumer(
        topic, bootstrap_servers=bootstrap, isolation_level="read_committed", auto_offset_reset="earliest"
    ) as consumer:
        async for record in consumer:
            yield put(table, record.key, record.value)


async def main(bootstrap: str, topic: str = "newsfold.stories") -> None:
    table: Table = {}
    async for story_id in follow(bootstrap, topic, table):
        story = table.get(story_id)
        print(len(table), story_id, story["headline"] if story else "(gone)", flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
