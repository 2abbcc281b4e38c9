"""Expressions that have a finite value also where nothing happened: 0 there is said, and is true.

`0 / 0` and a quantile of no observations are NaN, which a panel shows as a gap and a check as a mistake.
"""

EACH = "$__rate_interval"
"""Grafana's: at least four scrapes, and as long as a pixel is wide."""


def rate(metric: str, *by: str, over: str = EACH) -> str:
    """Per second, summed over everything but `by`. `metric` may carry a selector."""
    return f"sum{_by(by)}(rate({metric}[{over}]))"


def share(part: str, whole: str) -> str:
    """`part / whole`, which must have the same labels; 0 where `whole` is."""
    return f"({part} / ({whole} > 0)) or 0 * {whole}"


def quantile(at: float, histogram: str, *by: str, selector: str = "", over: str = EACH) -> str:
    """In the unit of the histogram; 0 where nothing was observed."""
    buckets = rate(f"{histogram}_bucket{selector}", *by, "le", over=over)
    count = rate(f"{histogram}_count{selector}", *by, over=over)
    return f"(histogram_quantile({at}, {buckets}) >= 0) or 0 * {count}"


def most(metric: str, *by: str) -> str:
    return f"max{_by(by)}({metric})"


def total(metric: str, *by: str) -> str:
    return f"sum{_by(by)}({metric})"


def since(timestamp: str) -> str:
    """Seconds since a Unix time; 0 where there was none."""
    return f"(time() - ({timestamp} > 0)) or vector(0)"


def _by(labels: tuple[str, ...]) -> str:
    return f" by ({', '.join(labels)}) " if labels else ""
