"""Which records a log forgets, against the plainest statement of the rule."""

from hypothesis import given
from hypothesis import strategies as st

from services.stream.batches import StoredRecord
from services.stream.bus import TopicSpec
from services.stream.retention import cleanup_rule, last_offsets, survives

NOW_US = 1_000_000_000
records = st.lists(
    st.builds(
        StoredRecord,
        offset=st.just(0),
        key=st.sampled_from([b"a", b"b", b"c"]),
        value=st.sampled_from([b"v", None]),
        headers=st.just(()),
        timestamp_us=st.integers(0, NOW_US),
    ),
    max_size=30,
).map(lambda found: [StoredRecord(i, r.key, r.value, (), r.timestamp_us) for i, r in enumerate(found)])


def kept(found: list[StoredRecord], spec: TopicSpec, grace_s: int = 500) -> list[StoredRecord]:
    last: dict[bytes, int] = {}
    last_offsets(found, last)
    what = cleanup_rule(spec, now_us=NOW_US, tombstone_grace_s=grace_s)
    return [record for record in found if survives(record, what, last)]


@given(records)
def test_compaction_leaves_the_state_a_reader_builds(found: list[StoredRecord]) -> None:
    spec = TopicSpec(name="t", partitions=1, compact=True)
    before = {record.key: record.value for record in found}
    after = {record.key: record.value for record in kept(found, spec)}
    assert {k: v for k, v in after.items() if v is not None} == {
        k: v for k, v in before.items() if v is not None
    }


@given(records)
def test_compaction_keeps_one_record_a_key_and_drops_only_old_tombstones(found: list[StoredRecord]) -> None:
    left = kept(found, TopicSpec(name="t", partitions=1, compact=True))
    assert len({record.key for record in left}) == len(left)
    horizon = NOW_US - 500 * 1_000_000
    gone = {record.key for record in found} - {record.key for record in left}
    last = {record.key: record for record in found}
    assert all(last[key].value is None and last[key].timestamp_us < horizon for key in gone)


@given(records, st.integers(0, 1000))
def test_retention_of_a_compacted_topic_is_about_tombstones_alone(
    found: list[StoredRecord], age_s: int
) -> None:
    left = kept(found, TopicSpec(name="t", partitions=1, compact=True, retention_s=age_s))
    last = {record.key: record for record in found}
    horizon = NOW_US - age_s * 1_000_000
    wanted = [r for r in found if last[r.key] is r and (r.value or r.timestamp_us >= horizon)]
    assert left == wanted


@given(records, st.integers(0, 1000))
def test_other_topics_keep_what_is_young_enough(found: list[StoredRecord], age_s: int) -> None:
    horizon = NOW_US - age_s * 1_000_000
    left = kept(found, TopicSpec(name="t", partitions=1, retention_s=age_s))
    assert left == [record for record in found if record.timestamp_us >= horizon]
    assert kept(found, TopicSpec(name="t", partitions=1)) == found
