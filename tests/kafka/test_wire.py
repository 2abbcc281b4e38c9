"""What Kafka cannot keep of a record travels beside it, and comes back."""

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from services.stream.bus import Output, Partition, Record, TopicSpec
from services.stream.kafka import topics
from services.stream.kafka.records import EXACT, from_wire, to_wire

HERE = Partition("t", 0)
OUTPUTS = st.builds(
    Output,
    partition=st.just(HERE),
    key=st.none() | st.binary(max_size=5),
    value=st.none() | st.binary(max_size=5),
    headers=st.lists(st.tuples(st.text(max_size=3), st.binary(max_size=3)), max_size=3).map(tuple),
    timestamp_us=st.integers(-(2**50), 2**52),
)


@given(OUTPUTS, st.integers(1, 2**52))
def test_records_come_back_to_the_microsecond(output: Output, now_us: int) -> None:
    wire = to_wire(output, now_us)
    assert wire.timestamp_ms >= 0
    raw = SimpleNamespace(
        offset=7, key=wire.key, value=wire.value, headers=tuple(wire.headers), timestamp=wire.timestamp_ms
    )
    stamp_us = output.timestamp_us or now_us - now_us % 1000
    assert from_wire(HERE, raw) == Record(HERE, 7, output.key, output.value, output.headers, stamp_us)


@given(st.integers(0, 2**42))
def test_whole_milliseconds_need_no_header(stamp_ms: int) -> None:
    wire = to_wire(Output(HERE, b"k", b"v", (), stamp_ms * 1000), 1)
    assert EXACT not in dict(wire.headers)


def test_a_topic_is_asked_for_and_found_as_its_spec_says() -> None:
    for spec in (
        TopicSpec(name="t", partitions=3, compact=True),
        TopicSpec(name="t", partitions=1, retention_s=60),
        TopicSpec(name="t", partitions=1),
    ):
        asked = topics.target_description(spec, 3)
        assert topics.differences(spec, asked) == []
        assert asked.spec("t") == spec
        assert asked.settings["min.insync.replicas"] == "2"


def test_a_difference_is_named_with_both_values() -> None:
    spec = TopicSpec(name="t", partitions=1, compact=True)
    found = topics.TopicDescription(
        partitions=1, replicas=3, settings={"cleanup.policy": "delete", "min.insync.replicas": "1"}
    )
    assert topics.differences(spec, found) == [
        "cleanup.policy is delete, not compact",
        "min.insync.replicas is 1, not 2",
    ]


def test_a_topic_that_allows_more_than_is_asked_is_good_enough() -> None:
    spec = TopicSpec(name="t", partitions=1)
    found = topics.TopicDescription(
        partitions=1,
        replicas=3,
        settings={"min.insync.replicas": "3", "max.message.bytes": "99999999", "compression.type": "zstd"},
    )
    assert topics.differences(spec, found) == []
