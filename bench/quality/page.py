"""`docs/quality.md`: the table as of the last run that was asked to write it."""

from collections.abc import Sequence
from pathlib import Path

from bench.quality import table
from bench.quality.table import Row

PAGE = Path(__file__).resolve().parents[2] / "docs" / "quality.md"
_HEAD = """# Quality on press copy

Made by `python -m bench.quality --write`. Do not edit.

Each row is counted anew from the texts, by code that shares nothing with dedup: exact pairs by brute force
(`bench/quality/oracle.py`), words as runs of word characters, shingles of five words. The baseline is
datasketch as its tutorial shows it (`bench/tutorial.py`: word 5-grams, 128 permutations, threshold .5, pairs
estimated at .5 or more, stories by union-find), on the same articles in the same run.

| data | what |
|---|---|
| de-press | 6,516 articles of 12 German outlets, January to March 2021 |
| reuters | 11,000 items of Reuters-21578, February and March 1987 |
| week | a week of the former as recorded HTTP: feeds and pages |
| week-archive | the same week as an article archive |
| pages | 122 real pages of 33 countries, none of which belongs with another |
| samples | five articles on one storyline |

The texts belong to their publishers and are not part of the repository; without them
`python -m bench.quality` says so and stops. Labels are few and one reader's. Where Newsfold and the data
disagree we read the pair and wrote down our judgement and its reason (`bench/quality/judgements.tsv`); the
column "as we read it" is Newsfold's figure counted with these. Only such pairs were read, so that column can
hardly be the worse one: the bar is for the other.

The bar of the shuffle is one for articles of the same second; in these archives hardly two share a second,
so all of an hour are shuffled. Speed is CPU time on one core, median of 24 turns taken in alternation.
"-": the figure makes no sense there.

"""


def write(rows: Sequence[Row], to: Path = PAGE) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text(f"{_HEAD}{table.markdown(rows)}\n", encoding="utf-8")
