"""Backed up while running, restored elsewhere, moved to Kafka: stories identical, counters add up."""

from pathlib import Path

import pytest

from tests.deploy.embedded_log import check
from tests.kafka import session

pytestmark = [pytest.mark.kafka, pytest.mark.proof]


async def test_a_log_backed_up_restored_and_moved_leaves_the_stories_of_an_undisturbed_run(
    tmp_path: Path,
) -> None:
    found = await check(tmp_path, session.bootstrap())
    assert len(found) == 8
    assert [str(one) for one in found if not one.well] == []
