"""`python -m bench.situations`: the labelled set that ships, by kind; then what is wrong."""

import argparse
import fnmatch
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from bench.situations.check import misses
from bench.situations.situation import BadSituation, Told, read_misses, read_situations

WRONG, UNUSABLE = 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """1 where a situation comes out wrong that is not known to, or right though it is known to be wrong; 2
    where they cannot be read or none is chosen."""
    parser = argparse.ArgumentParser(prog="python -m bench.situations", description=__doc__)
    parser.add_argument(
        "--only", default="*", metavar="GLOB", help="LANGUAGE/NAME, such as 'de/*' or '*quot*'"
    )
    asked = parser.parse_args(arguments)
    try:
        chosen = [one for one in read_situations() if fnmatch.fnmatch(one.name, asked.only)]
    except BadSituation as error:
        print(f"bench.situations: {error}", file=sys.stderr)
        return UNUSABLE
    if not chosen:
        print(f"bench.situations: --only {asked.only}: no situation has such a name", file=sys.stderr)
        return UNUSABLE
    return report(chosen, read_misses())


def report(chosen: Sequence[Told], known: Mapping[str, str]) -> int:
    """Print the table and what is behind it; the exit code."""
    wrong = {one.name: found for one in chosen if (found := misses(one))}
    print(table(chosen, wrong))
    for name, found in wrong.items():
        print(f"\n{name}: {'known to be wrong: ' + known[name] if name in known else 'WRONG'}")
        print("\n".join(f"  {line}" for line in found))
    mended = sorted({one.name for one in chosen} & known.keys() - wrong.keys())
    for name in mended:
        print(f"\n{name}: right now; take it off misses.toml")
    unknown = wrong.keys() - known.keys()
    right = len(chosen) - len(wrong)
    print(f"\n{right} of {len(chosen)} situations right, {len(wrong) - len(unknown)} known to be wrong")
    return WRONG if unknown or mended else 0


def table(chosen: Iterable[Told], wrong: Mapping[str, Sequence[str]]) -> str:
    """Right of all, by kind and language."""
    total: dict[str, Counter[str]] = defaultdict(Counter)
    right: dict[str, Counter[str]] = defaultdict(Counter)
    for one in chosen:
        for column in (one.language, "all"):
            total[one.situation.kind][column] += 1
            right[one.situation.kind][column] += one.name not in wrong
    columns = [*sorted({one for counts in total.values() for one in counts} - {"all"}), "all"]
    rows = [["situations", *columns]]
    for kind, counts in sorted(total.items()):
        rows.append([kind, *(f"{right[kind][one]}/{counts[one]}" if counts[one] else "-" for one in columns)])
    width = max(map(len, (row[0] for row in rows)), default=0)
    return "\n".join(f"{row[0]:{width}}  " + " ".join(f"{cell:>5}" for cell in row[1:]) for row in rows)


if __name__ == "__main__":
    sys.exit(main())
