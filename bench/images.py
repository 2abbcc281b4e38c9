"""What an image of very many versions takes to be written and to be gone on from: `python -m bench.images`.

The state is made, not folded: versions with ids and keys drawn at random, as many of each as press copy
has, each a story of its own. So its arrays are as large as those of so many articles; what is remembered of
each is one short record, for an image names the files in which records lie and neither copies nor reads them.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from msgspec.structs import replace

from bench import invented
from bench.archive import articles_of
from bench.footprint import resident
from bench.shard import records_of
from services.console.tuning import tuned
from services.contracts import wire
from services.contracts.clusters import Cluster
from services.contracts.sketches import Remembered
from services.dedup import kernels
from services.dedup.fold import Fold
from services.dedup.search.lookup import Findable
from services.dedup.search.sketch import Keys
from services.dedup.service import DedupTask
from services.dedup.settings import DedupSettings
from services.stream.bus import Partition
from services.stream.image import Image, image_path, load_image
from services.stream.imager import Child, Written
from services.stream.pages import join_pages
from services.stream.snapshot import Lineage, SnapshotFolder
from services.stream.spool import Spool

VERSIONS = 200_000
WINDOW = timedelta(days=30)
AT_ONCE = 500
PAUSES = 5
BANDS, SAMPLES = 32, 60
_PARTITION = Partition("dedup-state", 0)
_END = datetime(2026, 1, 31, tzinfo=UTC)


class Drawn(NamedTuple):
    """What is told of every version, but for its ids, its time and its keys."""

    record: Remembered
    story: Cluster


class Figures(NamedTuple):
    written: Written
    pause_s: float
    """For which the work stands still, the least of several."""
    load_s: float
    """Proof included; by the clock."""
    resident_bytes: int
    """Of the process that went on from it, more than before."""


def pattern() -> Drawn:
    """What dedup keeps of an invented article, with one paragraph of its text."""
    task = DedupTask(0, DedupSettings())
    (article,) = articles_of(invented_lines(), "invented")
    step = task.step(records_of([article], 0))
    kept = {
        one.key.partition(b":")[0]: one.value
        for one in step.outputs
        if one.partition == _PARTITION and one.key and one.value
    }
    record = wire.decode(Remembered, kept[b"version"])
    short = replace(record.article, text=record.article.text.partition("\n")[0])
    return Drawn(replace(record, article=short), wire.decode(Cluster, kept[b"story"]))


def fill(fold: Fold, count: int, drawn: Drawn) -> None:
    """As many live versions in as many stories, spread over the window."""
    chance = np.random.default_rng(1)
    for first in range(0, count, AT_ONCE):
        found = []
        for number in range(first, min(count, first + AT_ONCE)):
            name = chance.bytes(16).hex()
            at = _END - WINDOW * (1 - number / count)
            keys = Keys(np.sort(chance.integers(0, 1 << 64, BANDS + SAMPLES, np.uint64)), BANDS, SAMPLES)
            article = replace(drawn.record.article, article_id=name, version_id=name, first_seen_at=at)
            kept = replace(drawn.record, article=article, first_seen_at=at)
            fold.window.keep_encoded(kept, wire.encode(kept))
            found.append(Findable(name, wire.microseconds(at), keys))
            member = replace(drawn.story.members[0], article_id=name, version_id=name)
            story = replace(drawn.story, story_id=name, members=(member,))
            fold.stories.put_encoded(story, wire.encode(story))
        fold.search.insert(found)


def measure(count: int, folder: Path) -> Figures:
    kernels.use(now=True)
    place = SnapshotFolder(folder=folder, scheme="bench")
    fold = new_fold(folder)
    fill(fold, count, pattern())
    lineage = Lineage(
        scheme=place.scheme, topic=_PARTITION.topic, number=0, next_offset=0, written_at=_END, anchors=()
    )
    begin = partial(Child, image_path(place, _PARTITION), lineage, fold)
    join_pages()
    pauses = []
    for _ in range(PAUSES):
        child = begin()
        pauses.append(child.pause_s)
        child.kill()
    child = begin()
    written = child.wait()
    child.kill()
    del fold
    before, began = resident(), time.perf_counter()
    image = load_image(place, _PARTITION, end=0, now=_END)
    assert isinstance(image, Image), image
    fold = new_fold(folder)
    fold.load(image.parts)
    took = time.perf_counter() - began
    assert len(fold.window) == count
    return Figures(written, min(pauses), took, resident() - before)


def new_fold(folder: Path) -> Fold:
    return Fold(DedupSettings(), open_store=partial(Spool, folder))


def invented_lines() -> list[bytes]:
    return [msgspec.json.encode(row) for row in invented.rows(1)]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.images", description=__doc__)
    parser.add_argument("--versions", type=int, default=VERSIONS)
    asked = parser.parse_args(arguments)
    tuned()
    with tempfile.TemporaryDirectory(prefix="newsfold-images-") as folder:
        found = measure(asked.versions, Path(folder))
    size, seconds, _ = found.written
    print(f"{asked.versions:,} versions: an image of {size:,} bytes, {size / asked.versions:,.0f} each")
    print(
        f"written beside the work in {seconds:.2f} s, for which it stood still {1000 * found.pause_s:.1f} ms"
    )
    print(f"proved and loaded in {found.load_s:.2f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
