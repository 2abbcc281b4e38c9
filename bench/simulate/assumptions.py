"""Assumptions: what was not measured and has to be said. Each is a flag of the command."""

from typing import Annotated

import msgspec
from msgspec import Meta

Share = Annotated[float, Meta(ge=0.0, le=1.0)]
Positive = Annotated[float, Meta(gt=0.0)]


class Assumptions(msgspec.Struct, frozen=True, kw_only=True):
    pages: Share = 0.5
    story: Annotated[int, Meta(ge=0)] = 10_000
    story_share: Share = 0.02
    story_hours: Positive = 8.0
    largest_shard: Share = 0.5
    window_days: Positive = 30.0
    fill: Share = 0.7
    hop_s: Positive = 0.5
    lag_s: Positive = 60.0
    restore_s: Positive = 300.0
    machine_cores: Positive = 16.0
    machine_gb: Positive = 128.0
    machine_disk_gb: Positive = 4000.0
    replicas: Positive = 3.0
    broker_us_kb: Positive = 7.0
    retention_days: Positive = 37.0
    compression: Positive = 3.0
    core_hour: Positive = 0.04
    gb_hour: Positive = 0.005
    disk_gb_month: Positive = 0.08
    transfer_gb: Positive = 0.01


WORDS = {
    "pages": "share of articles whose page is fetched and read",
    "story": "copies of the largest story of the day",
    "story_share": "of the day's articles, which its largest story has at most",
    "story_hours": "hours over which its copies come, from the busiest on",
    "largest_shard": "share of articles in the largest language group, where each has a shard",
    "window_days": "days for which an article is live",
    "fill": "of a worker at the busiest hour, where workers are counted out",
    "hop_s": "seconds from one stage to the next: a block gathered and committed",
    "lag_s": "seconds of lag that 95 of 100 articles may have on the busiest day",
    "restore_s": "seconds for which a worker may be gone at a restart",
    "machine_cores": "cores of one machine",
    "machine_gb": "GB of memory of one machine",
    "machine_disk_gb": "GB of disk of one machine",
    "replicas": "copies of each topic, on as many brokers",
    "broker_us_kb": "µs of CPU of the brokers for a kB that is written",
    "retention_days": "days for which the log keeps what it does not compact",
    "compression": "times smaller on disk and wire than encoded",
    "core_hour": "price of a core for an hour",
    "gb_hour": "price of a GB of memory for an hour",
    "disk_gb_month": "price of a GB of disk for a month",
    "transfer_gb": "price of a GB moved between two machines",
}
"""What each is, for the table and the flags."""
