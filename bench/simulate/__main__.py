"""`python -m bench.simulate`: measure for some seconds, simulate, print; `--write` keeps inputs and page.

`--recorded` simulates from the inputs of the last `--write` and measures nothing. `--shape` makes the table
of distributions anew, which needs press copy and half a minute.
"""

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from bench import invented
from bench.archive import articles_of, read_articles
from bench.press import Missing, press_data
from bench.shard import Shard, by_shard
from bench.simulate import inputs as kept
from bench.simulate import page, shape
from bench.simulate.assumptions import WORDS, Assumptions
from bench.simulate.calibrate import Passage, calibrate
from bench.simulate.check import checks
from bench.simulate.elsewhere import read
from bench.simulate.inputs import Inputs
from bench.simulate.shape import Shape
from services.contracts.articles import Article

ARTICLES = 1_000
"""To measure on, and as many to check with."""


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    try:
        assumed = msgspec.convert({name: getattr(asked, name) for name in WORDS}, Assumptions)
        if asked.shape:
            shape.record(_shape(press_data(asked.data)))
    except (Missing, msgspec.ValidationError) as error:
        print(f"bench.simulate: {error}", file=sys.stderr)
        return 2
    known = kept.bounded(kept.recorded()) if asked.recorded else _measured(asked.data)
    inputs = replace(known, assumed=assumed)
    for name, part in page.parts(inputs).items():
        print(f"## {name}\n\n{part}\n")
    if asked.write:
        kept.record(inputs)
        page.write(inputs)
    return 0


def _measured(data: Path | None) -> Inputs:
    copy, articles = _articles(data)
    costs = calibrate(articles[:ARTICLES], copy)
    inputs = Inputs(costs=costs, elsewhere=read(), shape=shape.recorded(), assumed=Assumptions())
    return replace(inputs, checks=tuple(checks(inputs, articles[ARTICLES:])))


def _articles(data: Path | None) -> tuple[str, list[Article]]:
    try:
        archive = press_data(data) / "de-press" / "articles.jsonl.gz"
        if archive.is_file():
            return "press copy", read_articles(archive)[: 2 * ARTICLES]
    except Missing as error:
        print(f"bench.simulate: {error}; invented copy does", file=sys.stderr)
    return "invented copy", articles_of(invented_lines(2 * ARTICLES), "invented")


def invented_lines(count: int) -> Iterable[bytes]:
    return (msgspec.json.encode(row) for row in invented.rows(count))


def _shape(folder: Path) -> Shape:
    """Raises `Missing`."""
    archives = [folder / name / "articles.jsonl.gz" for name in ("reuters", "de-press")]
    if missing := [path for path in archives if not path.is_file()]:
        raise Missing(f"no file {missing[0]}")
    wire, press = map(read_articles, archives)
    ((number, records),) = by_shard(press).items()
    shard = Shard(number)
    shard.run(records)
    return shape.measured(
        [article.first_seen_at for article in wire],
        [article.first_seen_at for article in press],
        [len(article.text.split()) for article in press],
        Passage(press).looks_each,
        [len(cluster.members) for cluster in shard.clusters.values()],
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.simulate", description=__doc__)
    parser.add_argument("--data", type=Path, metavar="DIR", help="the folder of press copy")
    parser.add_argument("--recorded", action="store_true", help="from the inputs of the last --write")
    parser.add_argument("--shape", action="store_true", help="make the distributions anew from press copy")
    parser.add_argument("--write", action="store_true", help=f"keep the inputs, write {page.PAGE.name}")
    for name, value in _defaults():
        flag, words = f"--{name.replace('_', '-')}", f"{WORDS[name]}: {value:g}"
        parser.add_argument(flag, dest=name, type=type(value), default=value, help=words)
    return parser


def _defaults() -> Iterable[tuple[str, float]]:
    return ((name, value) for name, value in msgspec.to_builtins(Assumptions()).items())


if __name__ == "__main__":
    sys.exit(main())
