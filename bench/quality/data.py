"""The data sets, by the names the goals use."""

from pathlib import Path
from typing import NamedTuple

from bench.press import Missing
from bench.quality.goals import DE, PAGES, REUTERS, SAMPLES, WEEK, WEEK_ARCHIVE

_WEEK_PAIRS = "recordings/de-press-week.pairs.tsv"


class DataSet(NamedTuple):
    """Paths below the folder of press copy."""

    recording: str
    pairs: str = ""
    whole: bool = False
    """The pair list was made from this very archive, so that an oracle must find the same."""
    labels: str = ""
    choices: str = ""
    """Labels of pairs that were read whole, with a second choice."""


DATA: dict[str, DataSet] = {
    DE: DataSet(
        "de-press/articles.jsonl.gz",
        "de-press/pairs.tsv",
        True,
        "de-press/labels.tsv",
        "de-press/relation_pairs.tsv",
    ),
    REUTERS: DataSet("reuters/articles.jsonl.gz", "reuters/pairs.tsv", True),
    WEEK: DataSet("recordings/de-press-week.warc.gz", _WEEK_PAIRS),
    WEEK_ARCHIVE: DataSet("recordings/de-press-week.articles.jsonl.gz", _WEEK_PAIRS),
    PAGES: DataSet("recordings/pages.warc.gz"),
    SAMPLES: DataSet("samples/articles.jsonl.gz"),
}


def path(folder: Path, relative: str) -> Path:
    """Raises `Missing` where there is no such file."""
    found = folder / relative
    if not found.is_file():
        raise Missing(f"no {relative} in {folder}")
    return found
