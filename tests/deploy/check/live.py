"""What ops see of a working installation: every expression of every dashboard, every metric there is."""

import gzip
import time

from deploy.monitoring.evaluate import Asked, ask, findings, shown
from services.ops.metrics import METRICS, PREFIX
from tests.deploy.check.compose import HERE, Compose
from tests.deploy.check.press import printed, rows
from tests.deploy.check.site import Site
from tests.deploy.check.verdict import demand

ARTICLES = 45
WORK_S = 25.0
"""Rates and recorded rules need some samples."""
MISSPELT = "sum(newsfold_feds)"
ABSENT = {
    "log_bytes": "the embedded log's, and there is none beside Kafka",
    "disk_free_bytes": "the embedded log's, and there is none beside Kafka",
    "disk_size_bytes": "the embedded log's, and there is none beside Kafka",
}
"""Metrics that a run over Kafka does not have, and why."""


def shows(site: Site) -> str:
    compose = _living(site)
    asked = list(shown())
    wrong = findings(compose.url("prometheus"), asked)
    demand(not wrong, f"{len(wrong)} of {len(asked)}: {'; '.join(map(str, wrong[:5]))}")
    noticed = findings(compose.url("prometheus"), [Asked("none", "none", MISSPELT)])
    demand(bool(noticed), "a misspelt metric was not noticed")
    return f"{len(asked)} expressions give series and finite values; a misspelt one was noticed"


def emits(site: Site) -> str:
    compose = _living(site)
    silent = [
        metric.name for metric in METRICS if metric.name not in ABSENT and not _series(compose, metric.name)
    ]
    demand(not silent, f"in the catalogue, but not emitted: {', '.join(silent)}")
    known = {PREFIX + metric.name for metric in METRICS}
    told = {
        one["metric"]["__name__"] for one in ask(compose.url("prometheus"), f'{{__name__=~"{PREFIX}.+"}}')
    }
    strange = {name for name in told if name not in known and name.rsplit("_", 1)[0] not in known}
    demand(not strange, f"emitted, but not in the catalogue: {', '.join(sorted(strange))}")
    counted = sum(
        float(one["value"][1]) for one in ask(compose.url("prometheus"), "max(scrape_samples_scraped)")
    )
    return (
        f"{len(METRICS) - len(ABSENT)} of {len(METRICS)} metrics; most series of a process: {counted:.0f}; "
        f"not here: {', '.join(sorted(ABSENT))} (the embedded log's)"
    )


def _series(compose: Compose, name: str) -> bool:
    kinds = "|".join(f"{PREFIX}{name}{suffix}" for suffix in ("", "_bucket", "_count"))
    return bool(ask(compose.url("prometheus"), f'count({{__name__=~"{kinds}"}})'))


def _living(site: Site) -> Compose:
    """The installation follows feeds of a newspaper in its own network, and a canary flies."""
    compose = site.installed()
    if compose.environment["PREFIX"] == "live.":
        return compose
    source = site.recording("first", 600)
    press = site.folder / "press"
    with gzip.open(source, "rt", encoding="utf-8") as file:
        listed = printed(press, rows(file.read())[:ARTICLES])
    site.plays("live.", source)
    compose.environment |= {"PRESS": str(press), "FEEDS": str(listed)}
    compose.more = [HERE / "compose.press.yaml"]
    compose.up("press")
    site.anew()
    url = compose.url("prometheus")
    stories = 'sum(newsfold_records_out_total{service="enrich",topic="stories"}) > 3'
    compose.until(lambda: bool(ask(url, stories)), 90, "four stories from live feeds")
    time.sleep(WORK_S)
    return compose
