"""`python -m bench.pages`: the text and the time of real pages against what a publisher's own rules give.

The pages and their gold are press copy and lie outside the repository (`bench/press.py`). Measured is token
F1: the words of the text that was found and of the gold body, as multisets, in lower case. The title is part
of neither. Times are compared with the gold's where that has a zone; a gold time without one is somebody's
local time, of which only the minutes can be compared, or a day alone.
"""

import argparse
import csv
import gzip
import json
import re
import statistics
import sys
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from typing import Any, NamedTuple

from bench.press import Missing, press_data
from services.ingest.http.exchange import Exchange
from services.ingest.pages.extract import read_page
from services.ingest.readings import ParsedPage

REASONS = Path(__file__).with_name("pages-reasons.tsv")
"""File and reason of the pages that are read otherwise than their gold has them."""
GOALS = {"all": 0.93, "de": 0.95}
WORST = 12
LOW = 0.5
MIDNIGHT = clock()
_WORD = re.compile(r"\w+")
OFF = timedelta(minutes=1)
HOUR_PARTS = timedelta(minutes=15)
UNUSABLE, NOT_REACHED = 2, 1


class Score(NamedTuple):
    file: str
    precision: float
    recall: float
    f1: float
    stamp: str
    """`equal`, `none`, `wrong`, or of a gold without a zone `local` and `elsewhere`."""
    seconds: float

    @property
    def country(self) -> str:
        return self.file.partition("/")[0]


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    try:
        scores = measure(press_data(asked.data) / "pages")
    except Missing as error:
        print(f"bench.pages: {error}", file=sys.stderr)
        return UNUSABLE
    figures = summary(scores)
    print(json.dumps(figures, indent=2) if asked.json else text(scores, figures))
    return 0 if reached(scores, figures) else NOT_REACHED


def measure(folder: Path) -> list[Score]:
    """One score a page of the folder's manifest, in its order. Raises `Missing` where there is none."""
    manifest = folder / "MANIFEST.tsv"
    if not manifest.is_file():
        raise Missing(f"no pages in {folder}: {manifest.name} is not there")
    with manifest.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [_score(folder, row["file"], row["gold"], row["url"]) for row in rows]


def _score(folder: Path, file: str, gold_file: str, url: str) -> Score:
    body = gzip.decompress((folder / file).read_bytes())
    gold = json.loads((folder / gold_file).read_text(encoding="utf-8"))
    began = time.process_time()
    page = read_page(Exchange(url=url, outcome="ok", content_type="text/html", body=body))
    seconds = time.process_time() - began
    return Score(file, *overlap(page.text, body_of(gold)), _stamp(page, gold.get("publishing_date")), seconds)


def body_of(gold: Mapping[str, Any]) -> str:
    """Summary, subheadings and paragraphs of a gold extraction."""
    body = gold.get("body") or {}
    parts = list(body.get("summary") or [])
    for section in body.get("sections") or []:
        parts += (section.get("headline") or []) + (section.get("paragraphs") or [])
    return "\n".join(parts)


def overlap(found: str, wanted: str) -> tuple[float, float, float]:
    """Precision, recall and F1 of the words, as multisets."""
    ours, theirs = (
        Counter(_WORD.findall(unicodedata.normalize("NFC", one).lower())) for one in (found, wanted)
    )
    common = (ours & theirs).total()
    if not common:
        return 0.0, 0.0, 0.0
    precision, recall = common / ours.total(), common / theirs.total()
    return precision, recall, 2 * precision * recall / (precision + recall)


def _stamp(page: ParsedPage, gold: str | None) -> str:
    if page.published_at is None:
        return "none"
    if not gold:
        return "equal"
    wanted = datetime.fromisoformat(gold)
    if wanted.tzinfo:
        return "equal" if abs(page.published_at - wanted) <= OFF else "wrong"
    apart = page.published_at - wanted.replace(tzinfo=UTC)
    if wanted == datetime.combine(wanted, MIDNIGHT):
        return "local" if -timedelta(days=1) < apart < timedelta(days=2) else "elsewhere"
    beside = apart % HOUR_PARTS
    return "local" if min(beside, HOUR_PARTS - beside) <= OFF else "elsewhere"


def reasons() -> dict[str, str]:
    with REASONS.open(encoding="utf-8") as file:
        return {row["file"]: row["reason"] for row in csv.DictReader(file, delimiter="\t")}


def summary(scores: Sequence[Score]) -> dict[str, Any]:
    """All figures, as plain numbers."""
    countries = defaultdict(list)
    for score in scores:
        countries[score.country].append(score.f1)
    stamps = Counter(score.stamp for score in scores)
    return {
        "pages": len(scores),
        "f1": _mean(score.f1 for score in scores),
        "precision": _mean(score.precision for score in scores),
        "recall": _mean(score.recall for score in scores),
        "f1_by_country": {name: _mean(each) for name, each in sorted(countries.items())},
        "low_without_reason": sorted(_low_without_reason(scores)),
        "times": {name: stamps[name] for name in ("equal", "none", "wrong", "local", "elsewhere")},
        "pages_per_second": round(len(scores) / sum(score.seconds for score in scores), 1),
    }


def _mean(numbers: Iterable[float]) -> float:
    return round(statistics.fmean(numbers), 4)


def _low_without_reason(scores: Sequence[Score]) -> set[str]:
    return {score.file for score in scores if score.f1 < LOW} - reasons().keys()


def reached(scores: Sequence[Score], figures: Mapping[str, Any]) -> bool:
    german = figures["f1_by_country"].get("de", 1.0)
    return (
        figures["f1"] >= GOALS["all"]
        and german >= GOALS["de"]
        and not figures["times"]["wrong"]
        and not _low_without_reason(scores)
    )


def text(scores: Sequence[Score], figures: Mapping[str, Any]) -> str:
    known = reasons()
    times = figures["times"]
    lines = [
        f"{name:6} {mean:.4f}  {sum(score.country == name for score in scores):3} pages"
        for name, mean in figures["f1_by_country"].items()
    ]
    lines += ["", "the worst pages:"]
    for one in sorted(scores, key=lambda score: score.f1)[:WORST]:
        numbers = f"{one.f1:.3f}  precision {one.precision:.3f}  recall {one.recall:.3f}"
        lines.append(f"{numbers}  {one.file}  {known.get(one.file, '')}")
    lines += [
        "",
        f"token F1, all             {figures['f1']:.4f}  to reach {GOALS['all']}",
        f"token F1, German          {figures['f1_by_country'].get('de', 0):.4f}  to reach {GOALS['de']}",
        f"under {LOW} without reason  {len(figures['low_without_reason'])}  to reach 0",
        f"times wrong by a minute   {times['wrong']}  to reach 0",
        f"  equal {times['equal']}, null {times['none']}",
        f"  gold without a zone     {times['local']} agree, {times['elsewhere']} do not",
        f"pages/s on one core       {figures['pages_per_second']}",
    ]
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description=__doc__)
    parser.add_argument("--data", type=Path, metavar="DIR", help="the folder of press copy")
    parser.add_argument("--json", action="store_true", help="figures alone, as one JSON object")
    return parser


if __name__ == "__main__":
    sys.exit(main())
