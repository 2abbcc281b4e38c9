"""Workers die, freeze, come and go: the log of what they said is as if one had said it undisturbed."""

import random
from pathlib import Path

import pytest

from tests.kafka import scenarios, session
from tests.kafka.trial import Trial

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]
RECORDS = 6000
PACE_S = 0.04


def trial(folder: Path, *, records: int = RECORDS) -> Trial:
    return Trial(session.own().cluster.bootstrap, folder, records=records, pace_s=PACE_S)


async def test_ten_sigkills_change_nothing(tmp_path: Path) -> None:
    async with trial(tmp_path) as run:
        facts = await scenarios.kills(run, 10, static=False, chance=random.Random(1))
        assert facts["progress at the last kill"] < 1, "the work was done before the last kill"
        assert (await run.outcome()).good, await run.outcome()


async def test_a_frozen_worker_that_thaws_says_nothing_and_gives_up(tmp_path: Path) -> None:
    async with trial(tmp_path) as run:
        facts = await scenarios.freezes(run, 2, chance=random.Random(2))
        assert facts["numbers given up"] > 0
        assert (await run.outcome()).good, await run.outcome()
