from pathlib import Path

from services.stream.bus import TopicSpec
from services.stream.sqlite import SqliteBus


async def test_a_catalogue_read_before_a_topic_was_made_does_not_take_it_away(tmp_path: Path) -> None:
    bus = SqliteBus(tmp_path / "log.db", durable=False)
    await bus.start()
    try:
        before = bus._catalog
        await bus.create([TopicSpec(name="articles", partitions=4)])
        bus._learn(before)
        assert await bus.partitions("articles") == 4
    finally:
        await bus.close()
