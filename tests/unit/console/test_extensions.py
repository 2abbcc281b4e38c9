import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from services.cli import main
from services.console.extensions import extensions_of
from services.contracts.facts import Facts
from services.enrich.extractor import Extractor
from services.ops.config import BadConfig
from services.ops.exits import Exit
from services.ops.settings import EnrichSettings
from tests.unit.console import archives

ROOT = Path(__file__).parents[3]
EXAMPLE = re.compile(r"^```python\n(# newsroom_names\.py\n.*?)^```", re.MULTILINE | re.DOTALL)


def test_no_name_means_the_rules() -> None:
    assert extensions_of(EnrichSettings()) is None


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("nowhere.to_be:found", "No module named 'nowhere'"),
        ("services.enrich.facts.extract:fact", "has no attribute 'fact'"),
        ("services.enrich.extractor:LONGEST", "is no function"),
    ],
)
def test_a_name_that_leads_to_no_function_is_bad_configuration_in_one_line(name: str, fault: str) -> None:
    with pytest.raises(BadConfig, match=fault) as caught:
        extensions_of(EnrichSettings(extractor=name))
    assert caught.value.line.startswith(f"enrich.extractor is '{name}'")
    assert "\n" not in caught.value.line


@pytest.mark.parametrize("name", ["nowhere:found", "nowhere.found"])
@pytest.mark.parametrize(
    "words", [["run", "enrich"], ["replay", str(ROOT / "tests/recordings/demo.warc.gz")]]
)
def test_it_is_told_before_anything_is_opened(name: str, words: list[str], tmp_path: Path) -> None:
    log = tmp_path / "log.db"
    result = CliRunner().invoke(
        main, [*words, "--bus", f"sqlite:{log}"], env={"NEWSFOLD_ENRICH__EXTRACTOR": name}
    )
    assert result.exit_code == Exit.USAGE
    assert len(result.stderr.splitlines()) == 1
    assert "nrich.extractor is 'nowhere" in result.stderr
    assert not log.exists()


def test_a_replay_tells_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ferry_names.py").write_text(
        "from services.contracts.facts import Facts, Name\n"
        "def facts(title, text, language): return Facts(names=(Name(name='Odde', kind='place'),))\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    words = ["replay", str(archives.write(tmp_path / "week.jsonl", archives.rows(4)))]
    named = {"NEWSFOLD_ENRICH__EXTRACTOR": "ferry_names:facts"}
    result = CliRunner().invoke(main, [*words, "--out", str(tmp_path / "out")], env=named)
    assert result.exit_code == Exit.OK, result.output
    stories = (tmp_path / "out/stories.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(stories) == 4
    assert all(json.loads(story)["names"] == [{"name": "Odde", "kind": "place"}] for story in stories)


def test_the_example_of_the_documentation_reads_a_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (example,) = EXAMPLE.findall((ROOT / "docs/extending.md").read_text(encoding="utf-8"))
    (tmp_path / "newsroom_names.py").write_text(example, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = extensions_of(EnrichSettings(extractor="newsroom_names:facts"))
    assert found
    extractor = Extractor(found.extract)
    said, name = extractor.read("Brücke gesperrt", "Die Wasserwacht Lind rückte mit 40 Booten aus.", "de")
    assert name == "newsroom_names:facts"
    assert [(one.name, one.kind) for one in said.names] == [("Wasserwacht Lind", "organisation")]
    assert [figure.value for figure in said.figures] == [40]
    assert isinstance(said, Facts)
