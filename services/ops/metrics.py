"""Every metric there is, in one typed table. Nothing else in the project makes a metric.

Promises: label values are enums, so the number of series is fixed before the first record; every child
exists at 0 from the start, because a counter born at 1 is invisible to `increase()`. Only what is said of
one partition exists while the partition is owned and no longer, lest two owners speak of it. The table,
the registry and `docs/metrics.md` (`python -m services.ops.metrics > docs/metrics.md`) are one thing.
"""

from itertools import product

from services.ops.catalogue import dedup, desk, enrich, ingest, partitions, process
from services.ops.labels import Values
from services.ops.metric import Metric

PREFIX = "newsfold_"
METRICS: tuple[Metric, ...] = (
    *process.ROWS,
    *partitions.ROWS,
    *ingest.ROWS,
    *dedup.ROWS,
    *enrich.ROWS,
    *desk.ROWS,
)


def table() -> str:
    """`docs/metrics.md`."""
    head = [
        "# Metrics",
        "",
        "Made from `services/ops/catalogue` by `python -m services.ops.metrics > docs/metrics.md`.",
        "Every label value that can occur is listed. A process has the series of the services it runs, all",
        "of them from the start at 0; only those marked *owned* exist while their partition is owned, so",
        "that a partition that moved is never told of twice. Beside them stand the `process_*` metrics of",
        "the Prometheus client: CPU, memory, file descriptors, time of the start.",
        "",
        "| metric | type | unit | labels | of | meaning |",
        "|---|---|---|---|---|---|",
    ]
    return "\n".join([*head, *(_line(row) for row in METRICS), ""])


def _line(row: Metric) -> str:
    kind = f"{row.kind}, *owned*" if row.owned else row.kind
    of = ", ".join(services_of(row))
    return f"| `{PREFIX}{row.name}` | {kind} | {row.unit} | {_labels(row)} | {of} | {row.help} |"


def services_of(row: Metric) -> Values:
    """The services whose processes expose it."""
    if "service" not in row.labels:
        return row.services
    return tuple(dict.fromkeys(values[row.labels.index("service")] for values in row.allowed))


def _labels(row: Metric) -> str:
    """`service: a, b; topic: c` where every value goes with every other, else a list for each service."""
    if row.name == "build_info":
        return "service; version"
    columns = [list(dict.fromkeys(column)) for column in zip(*row.allowed, strict=True)]
    if set(product(*columns)) == set(row.allowed):
        named = zip(row.labels, columns, strict=True)
        return "; ".join(f"{label}: {', '.join(values)}" for label, values in named) or "none"
    first, second, *rest = row.labels
    lists = (
        f"{value} → {', '.join(dict.fromkeys(one[1] for one in row.allowed if one[0] == value))}"
        for value in columns[0]
    )
    more = [f"{label}: {', '.join(values)}" for label, values in zip(rest, columns[2:], strict=True)]
    return "; ".join([f"{first} → {second}: {'; '.join(lists)}", *more])


if __name__ == "__main__":
    print(table(), end="")
