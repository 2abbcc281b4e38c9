"""The measure of pages itself, on invented pages."""

import csv
import gzip
import json
from pathlib import Path

import pytest

from bench import pages
from bench.press import VARIABLE
from tests.unit.ingest.pages.html import PARAGRAPHS, TITLE, URL, article, paragraphs

STAMP = '<meta property="article:published_time" content="2025-03-11T15:33:00+01:00">'


def lay(folder: Path, **dates: str) -> Path:
    """A folder of pages: the same article with other gold dates."""
    rows = []
    for name, date in dates.items():
        (folder / "pages" / "de").mkdir(parents=True, exist_ok=True)
        file, gold = f"de/{name}.html.gz", f"de/{name}.json"
        (folder / "pages" / file).write_bytes(gzip.compress(article(paragraphs(), head=STAMP)))
        body = {"summary": [], "sections": [{"headline": [], "paragraphs": list(PARAGRAPHS)}]}
        (folder / "pages" / gold).write_text(
            json.dumps({"title": TITLE, "publishing_date": date, "body": body}), encoding="utf-8"
        )
        rows.append({"file": file, "gold": gold, "url": URL})
    with (folder / "pages" / "MANIFEST.tsv").open("w", encoding="utf-8") as manifest:
        writer = csv.DictWriter(manifest, ("file", "gold", "url"), delimiter="\t")
        writer.writeheader()
        writer.writerows(rows)
    return folder


def test_a_whole_text_and_an_equal_time_reach_the_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = lay(
        tmp_path, one="2025-03-11 14:33:00+00:00", two="2025-03-11 15:33:00", three="2025-03-11 00:00:00"
    )
    assert pages.main(["--data", str(folder), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["f1"], said["f1_by_country"]) == (1.0, {"de": 1.0})
    assert said["times"] == {"equal": 1, "none": 0, "wrong": 0, "local": 2, "elsewhere": 0}
    assert pages.main(["--data", str(folder)]) == 0
    assert "token F1, German          1.0000" in capsys.readouterr().out


def test_a_time_that_is_wrong_by_more_than_a_minute_fails(tmp_path: Path) -> None:
    assert pages.main(["--data", str(lay(tmp_path, one="2025-03-11 14:31:30+00:00"))]) == 1


def test_words_count_as_often_as_they_stand_there() -> None:
    assert pages.overlap("a b b", "b a") == (2 / 3, 1.0, 0.8)
    assert pages.overlap("", "b") == (0.0, 0.0, 0.0)
    assert pages.overlap("Bru\u0308cke", "brücke")[2] == 1.0


def test_without_pages_one_line_says_what_to_set(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "nowhere"))
    assert pages.main([]) == 2
    assert VARIABLE in capsys.readouterr().err


def test_every_reason_is_one() -> None:
    assert all(len(reason) > 20 for reason in pages.reasons().values())
