"""Dead letters keep what came, byte for byte."""

from datetime import UTC, datetime

from services.stream.bus import Partition
from services.stream.dead_letters import to_output
from services.stream.service import DeadLetter

NOW = datetime(2026, 3, 1, 12, 30, 0, 250_000, UTC)


def test_the_original_is_untouched_and_the_reason_stands_behind_it() -> None:
    dead = DeadLetter("bad_json", "line 3: no “}”", b"\xff\x00", b"\x00{", (("a", b"\xfe"),), "articles/2/17")
    output = to_output(dead, "dedup", now=NOW)
    assert output.partition == Partition("dead-letters.dedup", 0)
    assert (output.key, output.value) == (b"\xff\x00", b"\x00{")
    assert output.headers == (
        ("a", b"\xfe"),
        ("dl_reason", b"bad_json"),
        ("dl_detail", "line 3: no “}”".encode()),
        ("dl_origin", b"articles/2/17"),
        ("dl_service", b"dedup"),
        ("dl_at", b"2026-03-01T12:30:00.250000Z"),
    )
    assert output.timestamp_us == 1_772_368_200_250_000


def test_no_key_and_no_value_stay_none() -> None:
    output = to_output(DeadLetter("r", "d", None, None, (), "o"), "ingest", now=NOW)
    assert output.key is None
    assert output.value is None
