"""Replays that more than one module looks at, run once."""

from pathlib import Path

import pytest

from tests.end_to_end.command import Replay, replayed
from tests.end_to_end.test_bad_input import write_recording

DEMO = Path(__file__).parents[1] / "recordings" / "demo.warc.gz"


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Replay:
    """The bundled recording, with what is shown for `--stories`."""
    return replayed(DEMO, tmp_path_factory.mktemp("demo"), "--stories")


@pytest.fixture(scope="session")
def bad_day(tmp_path_factory: pytest.TempPathFactory) -> Replay:
    """A recording that holds every kind of bad input."""
    place = tmp_path_factory.mktemp("bad-day")
    write_recording(place / "day.warc.gz")
    return replayed(place / "day.warc.gz", place)
