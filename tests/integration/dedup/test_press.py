"""Real press copy through a shard: cut, spread and batched in any way it gives the same bytes."""

import gzip
import hashlib
from functools import cache
from itertools import islice
from pathlib import Path

import msgspec
import pytest

from tests.integration.dedup.newsroom import Row, article
from tests.integration.dedup.shard import Shard, Value, promised
from tests.integration.dedup.test_batch import foreseen
from tests.press import press_data

DATA = press_data()
pytestmark = [
    pytest.mark.press,
    pytest.mark.skipif(
        DATA is None, reason="press copy is not part of the repository: set NEWSFOLD_PRESS_DATA"
    ),
]
SLICES = {"de-press": (2_400, 500), "reuters": (3_000, 600)}
"""First row and number of rows: as many as every run of the tests has time for."""


@cache
def log(name: str) -> list[Value]:
    start, count = SLICES[name]
    rows = msgspec.json.Decoder(Row)
    with gzip.open((DATA or Path()) / name / "articles.jsonl.gz") as lines:
        return promised([article(rows.decode(line)) for line in islice(lines, start, start + count)], every=3)


@cache
def whole(name: str) -> str:
    return digest(Shard(log(name)).run())


def digest(shard: Shard) -> str:
    """Of every record and of the changelog: never a text, so that a failure prints none."""
    made = hashlib.sha256()
    for topic, outputs in sorted(shard.published().items()):
        for output in outputs:
            made.update(repr((topic, output.key, output.value, output.headers, output.timestamp_us)).encode())
    for key, value in sorted(shard.kept().items()):
        made.update(repr((key, value)).encode())
    return made.hexdigest()


@pytest.mark.parametrize("ranges", [4, 16])
@pytest.mark.parametrize("name", SLICES)
def test_press_copy_split_into_key_ranges_gives_the_same_bytes(name: str, ranges: int) -> None:
    assert digest(Shard(log(name), ranges=ranges).run(batch=97)) == whole(name)


@pytest.mark.parametrize("name", SLICES)
def test_press_copy_that_a_batch_looked_at_gives_the_same_bytes(name: str) -> None:
    assert digest(Shard(log(name), foresight=foreseen(log(name))).run()) == whole(name)


@pytest.mark.parametrize("name", SLICES)
def test_press_copy_cut_and_resumed_gives_the_same_bytes(name: str) -> None:
    shard, length = Shard(log(name), ranges=4), len(log(name))
    for share in (0.13, 0.5, 0.51, 0.94):
        shard.run(to=round(share * length)).cut()
    assert digest(shard.run()) == whole(name)


@pytest.mark.parametrize("name", SLICES)
def test_press_copy_is_all_accounted_for(name: str) -> None:
    shard = Shard(log(name)).run(batch=1_000)
    promises = shard.outcomes.pop("watermark")
    assert sum(shard.outcomes.values()) == SLICES[name][1] == len(log(name)) - promises
    assert digest(shard) == whole(name)
