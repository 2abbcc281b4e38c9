from pathlib import Path

from msgspec.structs import replace

from services.console.addresses import parse
from services.console.run import states
from services.ops.config import Settings
from services.ops.settings import BusSettings
from services.stream.snapshot import SnapshotFolder

LOG = parse("sqlite:data/news.db")


def placed(address: str = "sqlite:data/news.db", settings: Settings | None = None) -> SnapshotFolder:
    found = states.place(parse(address), settings or Settings())
    assert found is not None
    return found


def test_snapshots_lie_beside_the_log_unless_told_otherwise() -> None:
    assert placed().folder == Path("data/news.db-state")
    assert placed("kafka:127.0.0.1:9092").folder == Path("var/state")
    elsewhere = Settings(bus=BusSettings(state_dir="/srv/state"))
    assert placed(settings=elsewhere).folder == Path("/srv/state")


def test_a_log_in_memory_and_a_wish_for_none_keep_none() -> None:
    assert states.place(parse("memory"), Settings()) is None
    assert states.place(LOG, Settings(bus=BusSettings(snapshot_every_s=0))) is None


def test_another_prefix_on_kafka_is_another_log() -> None:
    other = Settings(bus=BusSettings(prefix="trial."))
    kafka = "kafka:127.0.0.1:9092"
    assert placed(kafka, other).scheme != placed(kafka).scheme


def test_another_sketch_is_another_scheme_and_another_threshold_is_not() -> None:
    settings = Settings()
    sketch = replace(settings, dedup=replace(settings.dedup, permutations=64))
    threshold = replace(settings, dedup=replace(settings.dedup, story_link=0.5))
    assert placed(settings=sketch).scheme != placed().scheme
    assert placed(settings=threshold).scheme == placed().scheme
