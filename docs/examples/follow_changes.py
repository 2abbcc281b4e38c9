#!/usr/bin/env python3
"""Every change of every story, each acted upon once: follow_changes.py HOST:PORT [TOPIC] [GROUP]."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from typing import Any

from aiokafka import AIOKafkaConsumer


def is_new(done: dict[str, int], change: dict[str, Any]) -> bool:
    """Whether a change is one not acted upon yet. Keep `done` where you keep what you did, in one write."""
    new: bool = change["revision"] > done.get(change["story_id"], 0)
    if new:
        done[change["story_id"]] = change["revision"]
    return new


async def follow(
    bootstrap: str, topic: str, group: str, done: dict[str, int]
) -> AsyncIterator[dict[str, Any]]:
    """Go on where the group was; a change counts as taken when the caller asks for the next."""
    async with AIOKafkaConsumer(
        topic, bootstrap_servers=bootstrap, group_id=group, isolation_level="read_committed",
        auto_offset_reset="earliest", enable_auto_commit=False,
    ) as consumer:  # fmt: skip
        async for record in consumer:
            change = json.loads(record.value)
            if is_new(done, change):
                yield change
            await consumer.commit()


async def main(bootstrap: str, topic: str = "newsfold.story-changes", group: str = "newsroom-desk") -> None:
    async for change in follow(bootstrap, topic, group, {}):
        print(change["change"], change["revision"], change["story"]["headline"], flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
