import json
import re
import shlex
import statistics
import subprocess
import time
from functools import cache
from pathlib import Path

import pytest

from deploy.monitoring import build
from deploy.monitoring.alert import Alert
from deploy.monitoring.names import Unknown, row_of, used
from deploy.monitoring.rule_files import ALERTS, GROUPS, RECORDED
from deploy.monitoring.unused import UNUSED
from services.ops.metrics import METRICS, PREFIX
from tests.deploy.prometheus import ROOT, answers, free_port, running, tool, until

HOUSE = ROOT / "deploy" / "monitoring"
ROUTES = HOUSE / "alertmanager.example.yaml"
PARTS = ("**Meaning.**", "**Impact.**", "**First three commands**", "**Mend.**")


def expressions() -> list[str]:
    return [*build.rule_expressions(), *build.dashboard_expressions()]


def ran(*words: str | Path) -> str:
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_what_is_checked_in_is_what_is_built() -> None:
    built = build.files()
    there = {
        str(path.relative_to(HOUSE)): path.read_text(encoding="utf-8")
        for pattern in ("rules/**/*.yaml", "dashboards/*.json", "*.yaml")
        for path in HOUSE.glob(pattern)
    }
    assert there.keys() == built.keys()
    stale = [name for name, text in built.items() if there[name] != text]
    assert not stale, "run `python -m deploy.monitoring.build`"


def test_another_runbook_is_put_into_every_alert_and_every_dashboard(tmp_path: Path) -> None:
    built = build.files("https://wiki.example/newsfold")
    build.write(tmp_path, built)
    texts = [path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.*")]
    assert len(texts) == len(built)
    assert not [text for text in texts if build.RUNBOOK in text]
    assert sum(text.count("https://wiki.example/newsfold#") for text in texts) >= 2 * len(ALERTS)


@cache
def sections() -> dict[str, str]:
    page = (ROOT / "deploy" / "runbook.md").read_text(encoding="utf-8")
    _, *parts = re.split(r"^## (.+)$", page, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_every_alert_has_its_section_in_the_runbook_and_the_other_way_round() -> None:
    assert sorted(sections()) == sorted(alert.title for alert in ALERTS)


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.title)
def test_a_section_says_what_it_means_what_it_costs_three_commands_and_the_mend(alert: Alert) -> None:
    section = sections()[alert.title]
    assert [section.count(part) for part in PARTS] == [1, 1, 1, 1]
    places = [section.index(part) for part in PARTS]
    assert places == sorted(places)
    (block,) = re.findall(r"^```sh\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    commands = block.splitlines()
    # That they exist is looked at by the tests of all pages.
    assert len(set(commands)) == 3
    assert {shlex.split(command)[0] for command in commands} == {"newsfold"}
    assert not [one for one in commands if re.search(r"\b(replay|apply|import|move|restore)\b", one)]


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.title)
def test_an_alert_is_told_in_a_sentence_and_proved_by_a_case_and_its_twin(alert: Alert) -> None:
    assert re.fullmatch(r"[A-Z][^{}\n]+\.", alert.summary)
    assert alert.description.endswith(".")
    assert "$" not in "".join(told.text for told in alert.fires.told)
    if alert.quiet is None:
        assert alert.name == "Watchdog"
        return
    fires, quiet = (
        {series.partition("{")[0] for series in case.series} for case in (alert.fires, alert.quiet)
    )
    assert fires <= quiet, "the twin has other series, so it is quiet for want of data"
    assert alert.fires.series != alert.quiet.series
    assert alert.wait != "0s" or re.search(r"\[\w+\]|time\(\)|vector", alert.expr), "one sample sets it off"


def test_names_are_not_given_twice() -> None:
    assert len({alert.title for alert in ALERTS}) == len(ALERTS)
    assert len(set(RECORDED)) == len(RECORDED)


def test_every_metric_of_the_catalogue_is_looked_at_or_has_a_reason_why_not() -> None:
    looked_at = set().union(*(used(expression, RECORDED) for expression in expressions()))
    catalogue = {row.name for row in METRICS}
    assert looked_at | UNUSED.keys() == catalogue
    assert not looked_at & UNUSED.keys()
    assert all(reason.endswith(".") for reason in UNUSED.values())


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("sum(newsfold_feds)", "newsfold_feds"),
        ("sum(newsfld_feeds)", "newsfld_feeds"),
        ('newsfold_feeds{stat="fresh"}', "no label stat"),
        ('newsfold_feeds{state="stale"}', "'stale'"),
        ('newsfold_feeds{state!="stale"}', "'stale'"),
        ('newsfold_feeds{state=~"fresh|stale"}', "'stale'"),
        ('newsfold_records_in_total{service="ingest",topic="clusters"}', "'clusters'"),
        ('newsfold_story_age_seconds_bucket{le="120"}', "le='120'"),
        ('newsfold_story_age_seconds_count{le="120.0"}', "le='120.0'"),
        ("newsfold_story_age_seconds", "newsfold_story_age_seconds"),
        ("newsfold_feeds_count", "newsfold_feeds_count"),
        ("sum by (feed) (newsfold_feeds)", "label feed"),
        ("newsfold:unheard:of", "newsfold:unheard:of"),
        ('up{servise="ingest"}', "no label servise"),
    ],
)
def test_a_name_that_the_catalogue_does_not_have_raises(expression: str, told: str) -> None:
    with pytest.raises(Unknown, match=re.escape(told)):
        used(expression, RECORDED)


def test_a_name_that_it_has_is_found() -> None:
    expression = 'sum by (le) (rate(newsfold_story_age_seconds_bucket{path="live",le="120.0"}[5m])) > 1e3'
    assert used(expression) == {"story_age_seconds"}
    assert used('newsfold_records_in_total{service=~"ingest|dedup"} * on (service) up{job="x"}') == {
        "records_in_total"
    }
    assert row_of(f"{PREFIX}feeds") is not None


@pytest.mark.parametrize("path", sorted(HOUSE.glob("dashboards/*.json")), ids=lambda path: path.stem)
def test_every_panel_says_what_it_shows_in_which_unit_from_the_chosen_source(path: Path) -> None:
    board = json.loads(path.read_text(encoding="utf-8"))
    assert [one["name"] for one in board["templating"]["list"] if one["type"] == "datasource"] == [
        "datasource"
    ]
    panels = [panel for panel in board["panels"] if panel["type"] != "row"]
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    assert panels[0]["type"] == "text"
    assert build.RUNBOOK in panels[0]["options"]["content"]
    for panel in panels:
        sources = [panel["datasource"], *(target["datasource"] for target in panel.get("targets", ()))]
        assert {source["uid"] for source in sources} == {"${datasource}"}, panel["title"]
        assert panel["description"].endswith("."), panel["title"]
    for panel in panels[1:]:
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert panel["targets"], panel["title"]
    drawn = [t["expr"] for panel in panels if panel["type"] == "timeseries" for t in panel["targets"]]
    # What is rare is counted by the hour; all else by what Grafana knows of the scrape interval.
    assert {span for expr in drawn for span in re.findall(r"\[([^\]]+)\]", expr)} <= {
        "$__rate_interval",
        "1h",
    }


@pytest.mark.parametrize("path", sorted(HOUSE.glob("dashboards/*.json")), ids=lambda path: path.stem)
def test_panels_do_not_lie_on_each_other(path: Path) -> None:
    panels = json.loads(path.read_text(encoding="utf-8"))["panels"]
    cells = [
        (x, y)
        for panel in panels
        for at in (panel["gridPos"],)
        for x in range(at["x"], at["x"] + at["w"])
        for y in range(at["y"], at["y"] + at["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


def test_promtool_finds_nothing_wrong_with_the_rules() -> None:
    rules = sorted(HOUSE.glob("rules/*.yaml"))
    told = ran(tool("promtool"), "check", "rules", "--lint=all", "--lint-fatal", *rules)
    counts = [int(count) for count in re.findall(r"SUCCESS: (\d+) rules found", told)]
    assert sum(counts) == len(ALERTS) + len(RECORDED)


def test_every_alert_fires_with_its_words_and_its_twin_stays_quiet() -> None:
    tests = sorted(HOUSE.glob("rules/tests/*.yaml"))
    assert len(tests) == len(GROUPS)
    cases = sum(path.read_text(encoding="utf-8").count("exp_alerts:") for path in tests)
    assert cases == 2 * len(ALERTS) - 1  # the watchdog has no twin
    told = ran(tool("promtool"), "test", "rules", *tests)
    assert told.count("SUCCESS") == len(tests)


@pytest.mark.parametrize(
    ("old", "new"),
    [("exp_alerts: []", "exp_alerts: [{}]"), ("Only 85%", "Only 84%"), ("critical", "info")],
)
def test_a_case_that_is_wrong_fails(tmp_path: Path, old: str, new: str) -> None:
    build.write(tmp_path, build.files())
    path = tmp_path / "rules" / "tests" / "feeds.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    done = subprocess.run(
        [tool("promtool"), "test", "rules", path], capture_output=True, check=False, timeout=60
    )
    assert done.returncode != 0


def test_alertmanager_takes_the_example() -> None:
    assert "SUCCESS" in ran(tool("amtool"), "check-config", ROUTES)


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        (["alertname=NewsfoldWatchdog", "severity=info"], "dead-mans-switch"),
        (["alertname=NewsfoldPartitionStuck", "severity=critical"], "pager"),
        (["alertname=NewsfoldLagGrowing", "severity=warning"], "tickets"),
        (["alertname=NewsfoldFeedsBroken", "severity=info"], "nobody"),
        (["alertname=SomebodyElses"], "tickets"),
    ],
)
def test_an_alert_goes_to_whom_its_severity_names(labels: list[str], receiver: str) -> None:
    words = ("config", "routes", "test", f"--config.file={ROUTES}", f"--verify.receivers={receiver}", *labels)
    assert ran(tool("amtool"), *words).splitlines()[0] == receiver


def test_the_bus_silences_what_follows_from_it_and_never_a_loss(tmp_path: Path) -> None:
    program, port = tool("prometheus-alertmanager", "alertmanager"), free_port()
    url = f"http://127.0.0.1:{port}"
    words = [
        program,
        f"--config.file={ROUTES}",
        f"--storage.path={tmp_path / 'alerts'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    wake = ("RecordsUnaccounted", "RetentionAtRisk", "PartitionHalted", "BusUnavailable")
    with running(words, tmp_path / "alertmanager.log"):
        until(lambda: answers(f"{url}/-/ready"), 20, "alertmanager is ready")
        for alert in ALERTS:
            labels = (
                f"alertname={alert.title}",
                f"severity={alert.severity}",
                "service=dedup",
                "partition=1",
            )
            ran(tool("amtool"), f"--alertmanager.url={url}", "alert", "add", *labels)
        time.sleep(0.5)
        told = json.loads(ran(tool("amtool"), f"--alertmanager.url={url}", "-o", "json", "alert", "query"))
    heard = {one["labels"]["alertname"] for one in told if not one["status"]["inhibitedBy"]}
    assert heard >= {f"Newsfold{name}" for name in wake}
    assert not [a.title for a in ALERTS if a.severity == "warning" and a.title in heard]
    assert "NewsfoldPartitionStuck" not in heard


def test_modules_stay_small() -> None:
    lines = [len(path.read_text(encoding="utf-8").splitlines()) for path in HOUSE.rglob("*.py")]
    assert max(lines) <= 500
    assert statistics.median(lines) < 150
