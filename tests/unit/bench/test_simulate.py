from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bench.archive import articles_of
from bench.simulate import __main__ as command
from bench.simulate import elsewhere, page
from bench.simulate.assumptions import WORDS, Assumptions
from bench.simulate.calibrate import STAGES, Passage, copies
from bench.simulate.check import arrivals, run
from bench.simulate.inputs import bounded, recorded
from bench.simulate.limits import CPU, TAKES, ends
from bench.simulate.queues import Pause, passage, quantile, waiting
from bench.simulate.river import DAY_S, Parcels, busiest_day
from bench.simulate.sizes import day_of, size
from bench.simulate.ways import ALL, SPREAD, WAYS, Cost, Stage, busiest
from services.dedup import kernels

INPUTS = recorded()
EVEN = [10.0 * place for place in range(1, 13)]
WORK = st.lists(st.floats(0, 40), min_size=len(EVEN), max_size=len(EVEN)).map(np.array)
TANDEM = st.lists(WORK, min_size=1, max_size=4)
NEARLY = 1e-6


def test_a_stage_that_is_behind_lets_wait_what_comes_until_it_has_caught_up() -> None:
    at = np.arange(1.0, 41.0)
    takes = np.where(at <= 10, 2.0, 0.5)
    lag = passage(at, [takes])[-1] - at
    assert lag[0] == 0.0  # the fluid of the first second is there when it ends
    assert lag.max() == 9.0
    assert list(lag[-10:]) == [0.0] * 10


@given(TANDEM, st.floats(1, 3), st.floats(0, 130), st.floats(0, 50))
def test_more_work_and_a_pause_let_nothing_leave_earlier(
    tandem: list[np.ndarray], more: float, begin: float, pause_s: float
) -> None:
    at = np.array(EVEN)
    less = passage(at, tandem)
    loaded = passage(at, [more * takes for takes in tandem])
    paused = passage(at, tandem, [Pause(begin, pause_s)] * len(tandem))
    assert (loaded >= less - NEARLY).all()
    assert (paused >= less - NEARLY).all()
    assert (passage(at, tandem, [Pause(begin, 0.0)] * len(tandem)) >= less - NEARLY).all()


@given(TANDEM, st.lists(st.integers(0, 9), min_size=len(EVEN), max_size=len(EVEN)))
def test_what_goes_in_waits_somewhere_or_came_out_and_in_the_end_all_came_out(
    tandem: list[np.ndarray], articles: list[int]
) -> None:
    at, weights = np.array(EVEN), np.array(articles, float)
    rows = passage(at, tandem)
    times = np.linspace(0, 300, 31)
    queues = sum(waiting(come, left, weights, times) for come, left in pairwise(rows))
    assert queues == pytest.approx(waiting(rows[0], rows[-1], weights, times))
    assert all((left >= come - NEARLY).all() for come, left in pairwise(rows))
    assert waiting(rows[0], rows[-1], weights, rows[-1][-1:] + NEARLY) == pytest.approx(0.0)


@given(st.lists(st.floats(0, 1), min_size=128, max_size=128), st.integers(0, 6), st.floats(0, 9e4))
def test_more_workers_never_raise_the_lag(shares: list[float], power: int, us: float) -> None:
    parcels = Parcels(np.array(EVEN), *(np.full(len(EVEN), figure) for figure in (999.0, 1.0, 1.0, 5.0, 7.0)))
    groups = (np.array(shares) + 1) / (sum(shares) + 128)
    left = []
    for workers in (1 << power, 2 << power):
        stage = Stage("any", Cost(us, us, 3.0), workers, busiest(groups, workers))
        left.append(passage(parcels.at, [stage.takes(parcels)])[-1])
    assert (left[1] <= left[0] + NEARLY).all()


@pytest.mark.parametrize("way", WAYS)
def test_more_articles_a_day_never_have_less_lag(way: str) -> None:
    fixed = size(way, INPUTS, 20_000_000)
    days = [day_of(fixed._replace(a_day=a_day), INPUTS) for a_day in (1e5, 1e7, 2e7, 4e7, 8e7)]
    assert all(less.lag_s <= more.lag_s + NEARLY for less, more in pairwise(days))
    assert days[-1].lag_s > days[0].lag_s


def test_a_day_has_its_articles_and_the_copies_of_its_story() -> None:
    parcels = busiest_day(1e6, INPUTS.shape, INPUTS.assumed)
    assert parcels.all.sum() == pytest.approx(1e6 * INPUTS.shape.busiest_day)
    assert parcels.copies.sum() == pytest.approx(10_000)
    assert parcels.at[-1] == DAY_S
    hours = parcels.articles.reshape(24, -1).sum(axis=1)
    assert int(hours.argmax()) == int(np.argmax(INPUTS.shape.hours))


def test_a_way_carries_what_it_is_said_to_and_a_little_more_ends_it() -> None:
    until = ends(ALL, INPUTS)[CPU]
    assert TAKES[CPU](size(ALL, INPUTS, until), INPUTS) <= 1
    assert TAKES[CPU](size(ALL, INPUTS, 1.02 * until), INPUTS) > 1


def test_lag_that_may_be_longer_or_a_window_that_is_shorter_carries_no_less() -> None:
    for change in ({"lag_s": 600.0}, {"window_days": 7.0}, {"machine_gb": 999.0}):
        other = replace(INPUTS, assumed=replace(INPUTS.assumed, **change))
        assert min(ends(SPREAD, other).values()) >= min(ends(SPREAD, INPUTS).values())


def test_the_page_is_what_the_recorded_inputs_give() -> None:
    text = page.PAGE.read_text(encoding="utf-8")
    assert page.fill(text, INPUTS) == text
    assert all(f"<!-- {name}: " in text for name in page.parts(INPUTS))


def test_the_page_knows_the_bounds_of_the_code() -> None:
    assert bounded(INPUTS) == INPUTS, "python -m bench.simulate --recorded --write"


def test_what_other_commands_wrote_down_is_still_read() -> None:
    found = elsewhere.read()
    assert 0 < found.index_bytes < found.live_bytes < found.fixed_bytes
    assert found.restore_image_us < found.restore_log_us


def test_every_assumption_is_told() -> None:
    assert list(WORDS) == list(Assumptions.__struct_fields__)


def test_all_stages_are_timed_and_a_story_is_one() -> None:
    kernels.use(now=False)  # so few texts are not worth loading them
    articles = articles_of(command.invented_lines(10), "invented")
    found = Passage(articles)
    assert all(found.us(name) > 0 for name in STAGES)
    assert {"articles", "keys", "shared keys", "answers", "relations", "clusters"} <= set(found.bytes)
    assert found.groups.sum() > 0
    assert len(found.looks_each) == 10
    kernels.use(now=False)
    told = copies(articles, 6)
    assert len({one.version_id for one in told}) == len({one.source for one in told}) == 6
    assert sum(Passage(told).looks_each) == 6 * 5 // 2, "each is looked at beside all before it"


def test_a_run_by_its_own_clock_takes_every_article() -> None:
    articles = articles_of(command.invented_lines(30), "invented")
    found = run(articles, arrivals(30, 1e-3))
    assert found.cpu_s > 0
    assert 0 < found.lag_s < 30


def test_the_least_figure_that_a_share_does_not_exceed() -> None:
    figures, weights = np.array([5.0, 1.0, 9.0]), np.array([1.0, 98.0, 1.0])
    assert [quantile(figures, weights, share) for share in (0.5, 0.95, 0.99, 1.0)] == [1.0, 1.0, 5.0, 9.0]


def test_recorded_inputs_are_simulated_under_other_assumptions_and_nothing_is_written(
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = page.PAGE.read_bytes()
    assert command.main(["--recorded", "--window-days", "7"]) == 0
    assert "| `--window-days` | days for which an article is live | 7 |" in capsys.readouterr().out
    assert page.PAGE.read_bytes() == before


def test_an_assumption_out_of_range_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--recorded", "--fill", "1.5"]) == 2
    assert "fill" in capsys.readouterr().err
