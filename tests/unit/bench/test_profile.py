import gzip
import json
from pathlib import Path

import pytest

from bench import profile
from bench.invented import rows
from bench.press import VARIABLE
from services.dedup import kernels as dedup_kernels
from services.enrich import kernels as enrich_kernels


@pytest.mark.parametrize(
    ("stage", "some"),
    [
        ("dedup", {"search", "text", "relations", "window"}),
        ("enrich", {"events", "facts", "story", "service"}),
    ],
)
def test_a_profile_adds_up_and_names_the_parts_of_the_stage(
    stage: str,
    some: set[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(profile, "_EVERY_S", 0.0002)
    archive = tmp_path / "invented.jsonl.gz"
    archive.write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in rows(60)).encode()))
    try:
        assert profile.main([str(archive), "--stage", stage]) == 0
    finally:
        dedup_kernels.use(now=False)
        enrich_kernels.use(now=False)
    parts, functions = capsys.readouterr().out.split("\n\n")
    spent = {line.split()[1]: float(line.split()[0]) for line in parts.splitlines()[1:]}
    assert sum(spent.values()) == pytest.approx(2 * spent["all"], rel=0.05)
    # Which parts a few dozen articles are met in is a matter of chance: clocks of processes tick every 4 ms.
    assert spent.keys() & some
    assert f"services.{stage}." in functions


def test_without_an_archive_or_press_copy_it_says_what_to_set(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "nowhere"))
    assert profile.main([]) == 2
    assert VARIABLE in capsys.readouterr().err
