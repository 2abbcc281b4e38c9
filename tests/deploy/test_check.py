"""The runner of `make deploy-check`: a line a check, nothing silent, an exit code that can be trusted."""

from pathlib import Path

import pytest

from tests.deploy.check import __main__ as runner
from tests.deploy.check.site import SPAN, Site
from tests.deploy.check.suites import impossible, suite
from tests.deploy.check.table import CHECKS
from tests.deploy.check.verdict import Check, demand


def held(_: Site) -> str:
    return "all\nwell"


def broken(site: Site) -> str:
    demand(not site.articles, "one is no more than two")
    return ""


def stumbling(_: Site) -> str:
    raise KeyError("lost")


def test_every_check_ends_in_a_line_and_a_count(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checks = [
        Check("good", "", held),
        Check("bad", "", broken),
        Check("odd", "", stumbling),
        Check("away", "", impossible("there is none")),
        Check("empty", "", suite("no/such/test_*.py")),
    ]
    counts = runner.run(checks, Site(tmp_path, 1))
    lines = capsys.readouterr().out.splitlines()
    assert [line[:4] for line in lines] == ["pass", "FAIL", "FAIL", "SKIP", "FAIL"]
    assert lines[0].endswith("all well")
    assert lines[1].endswith("one is no more than two")
    assert counts == {"pass": 1, "FAIL": 3, "SKIP": 1}


@pytest.mark.parametrize(("run", "code"), [(held, 0), (broken, 1), (impossible("none"), 0)])
def test_the_exit_code_is_1_only_where_a_check_failed(
    run: object, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "CHECKS", [Check("only", "", run)])  # type: ignore[arg-type]
    assert runner.main(["only"]) == code


def test_checks_have_names_of_their_own_and_an_unknown_one_is_refused() -> None:
    assert len({check.name for check in CHECKS}) == len(CHECKS)
    with pytest.raises(SystemExit) as ended:
        runner.main(["no such check"])
    assert ended.value.code == 2


def test_alerts_wait_a_sixtieth_of_their_time() -> None:
    found = SPAN.search('        for: "5m"')
    assert found is not None
    assert (found[2], found[3]) == ("5", "m")
