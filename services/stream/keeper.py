"""Keeps the snapshots and images of a runner's numbers: every so often, and once more when it ends well."""

import asyncio
import logging
from collections.abc import Collection
from datetime import datetime

from services.stream.bus import BusError, Partition
from services.stream.changelog import save
from services.stream.lane import Lane
from services.stream.outbox import LaneContext
from services.stream.pages import join_pages
from services.stream.snapshot import SnapshotFolder

logger = logging.getLogger(__name__)


class Keeper:
    """Snapshots are made from the log, never from a task: whoever owns the number now, they are true.

    A lane that keeps images of its task has no use for one.
    """

    def __init__(self, context: LaneContext) -> None:
        self._context = context
        self._kept: dict[Partition, tuple[int, datetime]] = {}

    async def keep(self, lanes: Collection[Lane]) -> None:
        """Write what has changed, while they work. A failure leaves the older file, and is told."""
        imaged = [lane for lane in lanes if lane.keeps_images]
        if imaged:
            await asyncio.to_thread(join_pages)
        for lane in imaged:
            lane.want_image()
        await self._keep_snapshots(lanes)

    async def keep_last(self, lanes: Collection[Lane], *, left_s: float) -> None:
        """`keep`, of lanes that came to their end, within the time left to stop."""
        try:
            async with asyncio.timeout(max(0.0, left_s)):
                await self._keep_snapshots(lanes)
                for lane in lanes:
                    await lane.keep_last_image()
        except TimeoutError:
            logger.info("no time was left for new snapshots of %s", self._context.service.name)

    async def _keep_snapshots(self, lanes: Collection[Lane]) -> None:
        folder, changelog = self._context.settings.snapshots, self._context.service.changelog
        if folder is None or changelog is None:
            return
        numbers = sorted(lane.number for lane in lanes if not lane.keeps_images)
        for partition in [Partition(changelog, number) for number in numbers]:
            try:
                await self._write(partition, folder)
            except (OSError, BusError) as error:
                logger.warning("no new snapshot of %s/%s: %s", *partition, error)

    async def _write(self, partition: Partition, folder: SnapshotFolder) -> None:
        end, now = await self._context.bus.end(partition), self._context.clock.now()
        kept = self._kept.get(partition)
        # An unchanged one is written again before it is too old to be believed.
        if kept and kept[0] == end and (now - kept[1]).total_seconds() < folder.max_age_s / 2:
            return
        header = await save(self._context.bus, partition, folder, clock=self._context.clock)
        self._kept[partition] = header.next_offset, now
