import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from services.console.export.sorted_lines import SortedLines

KEYS = st.binary(max_size=6).filter(lambda key: not set(key) & {0, 10})
LINES = st.binary(max_size=12).filter(lambda line: 10 not in line)


@given(st.lists(st.tuples(KEYS, LINES), max_size=60), st.integers(0, 80))
def test_lines_come_back_sorted_however_little_memory_there_is(
    pairs: list[tuple[bytes, bytes]], memory: int
) -> None:
    with tempfile.TemporaryDirectory() as scratch, SortedLines(Path(scratch), run_bytes=memory) as sorter:
        for key, line in pairs:
            sorter.add(key, line)
        assert list(sorter.pairs()) == sorted(pairs)


def test_spilled_runs_leave_nothing_behind(tmp_path: Path) -> None:
    with SortedLines(tmp_path, run_bytes=1) as sorter:
        for number in range(5):
            sorter.add(b"%d" % number, b"line")
        assert list(tmp_path.iterdir()) == []
