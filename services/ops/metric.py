"""What one row of the table of metrics says. Pure."""

from functools import partial
from typing import Literal

import msgspec

from services.ops.labels import Labels, Values
from services.ops.outcomes import SERVICES

Kind = Literal["counter", "gauge", "histogram"]


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """One row. `allowed` holds every combination of label values there can be."""

    name: str
    """Without the prefix; ends in the unit, counters in `_total`."""
    kind: Kind
    unit: str
    labels: Values = ()
    allowed: tuple[Values, ...] = ((),)
    help: str
    buckets: tuple[float, ...] = ()
    owned: bool = False
    """Of one partition number (the last label): the series exists while the number is owned here."""
    services: Values = SERVICES
    """Where there is no label `service`: the services whose processes have it."""


def metric_row(
    kind: Kind,
    name: str,
    unit: str,
    of: Labels,
    help: str,  # noqa: A002
    *,
    buckets: tuple[float, ...] = (),
    owned: bool = False,
    only: str = "",
) -> Metric:
    """`only`: the one service whose processes have it."""
    return Metric(
        name=name,
        kind=kind,
        unit=unit,
        labels=of.names,
        allowed=of.allowed,
        help=help,
        buckets=buckets,
        owned=owned,
        services=(only,) if only else SERVICES,
    )


counter, gauge, histogram = (partial(metric_row, kind) for kind in ("counter", "gauge", "histogram"))
