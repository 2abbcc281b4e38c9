"""A spread dedup as it is watched: each role a process of its own, and a real Prometheus beside them."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from deploy.monitoring.alerts.spread import UNDECIDED
from deploy.monitoring.evaluate import ask, findings, shown
from services.dedup.roles import ROLES
from tests.deploy.prometheus import ROOT, newsfold, prometheus, tool, until

pytestmark = [pytest.mark.proof, pytest.mark.timeout(300)]
WATCHED_S = 20


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of Prometheus."""
    tool("prometheus")  # skips before anything is started
    folder = tmp_path_factory.mktemp("spread")
    with ExitStack() as stack:
        ports = [stack.enter_context(newsfold(folder, what)) for what in ("ingest", *ROLES, "enrich")]
        url = stack.enter_context(prometheus(folder, *ports))
        taken = 'sum(newsfold_records_in_total{service="dedup",topic="answers"}) > 3'
        until(lambda: bool(ask(url, taken)), 60, "the fold is told of watermarks")
        time.sleep(WATCHED_S)  # rates and recorded rules need some samples
        yield url


def test_every_expression_about_dedup_gives_finite_series(watched: str) -> None:
    asked = [one for one in shown() if one.board in ("spread", "flow", "fold")]
    assert len(asked) > 60
    assert not [str(one) for one in findings(watched, asked)]


def test_each_role_is_a_line_on_the_board(watched: str) -> None:
    for asked in (one for one in shown() if one.board == "spread"):
        if "by (service" in asked.expr:
            drawn = {one["metric"].get("service") for one in ask(watched, asked.expr)}
            assert drawn >= {"plan", "sign", "range", "pair"}, asked


def test_a_spread_dedup_that_is_well_sets_off_no_alert_but_the_watchdog(watched: str) -> None:
    firing = {one["metric"]["alertname"] for one in ask(watched, 'ALERTS{alertstate="firing"}')}
    assert firing == {"NewsfoldWatchdog"}
    unlike = "Newsfold(ServiceAbsent|PartitionsUnowned|SpreadUndecided|SpreadLate|RecordsUnaccounted)"
    assert not ask(watched, f'ALERTS{{alertname=~"{unlike}"}}')


def test_articles_that_wait_for_a_role_are_seen_though_nothing_lags(tmp_path: Path) -> None:
    tool("prometheus")
    demo = ROOT / "tests" / "recordings" / "demo.warc.gz"
    with ExitStack() as stack:
        others = [role for role in ROLES if role != "range"]
        ports = [stack.enter_context(newsfold(tmp_path, what)) for what in others]
        stack.enter_context(newsfold(tmp_path, "ingest", "--recording", demo))
        url = stack.enter_context(prometheus(tmp_path, *ports))
        until(lambda: bool(ask(url, UNDECIDED.expr)), 60, "the fold is seen to wait")
        assert not ask(url, 'newsfold_partition_lag_records{service="dedup"} > 0')
        stack.enter_context(newsfold(tmp_path, "range"))
        until(lambda: not ask(url, UNDECIDED.expr), 60, "it is told")
