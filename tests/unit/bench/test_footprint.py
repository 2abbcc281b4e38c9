from pathlib import Path

import pytest

from bench import footprint, invented
from bench.archive import read_articles


def test_the_invented_archive_is_an_archive_and_the_same_each_time(tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.jsonl.gz"):
        assert invented.main([str(tmp_path / name), "--articles", "30"]) == 0
    found = read_articles(tmp_path / "a.jsonl")
    assert len(found) == 30
    assert found == read_articles(tmp_path / "b.jsonl.gz")
    assert found[29].text.endswith(found[28].text) or any(one.text in found[29].text for one in found[:29])


def test_memory_and_disk_of_an_article_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive = tmp_path / "a.jsonl"
    invented.main([str(archive), "--articles", "60"])
    memory, disk = footprint.measured(archive, tmp_path)
    assert memory.articles == disk.articles == 60
    assert sum(disk.topics.values()) < disk.whole
    assert disk.compacted <= disk.whole
    capsys.readouterr()
    print(footprint.told(memory._replace(each=2048.0, fixed=0.0), disk, per_day=1024))
    assert "1,024 articles a day: " in (said := capsys.readouterr().out)
    assert "30 days live: 60 MiB of memory" in said


def test_an_archive_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert footprint.main([str(tmp_path / "no.jsonl")]) == 2
    assert "no such file" in capsys.readouterr().err
