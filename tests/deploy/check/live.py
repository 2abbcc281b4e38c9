"""What ops see of a working installation: every expression of every dashboard, every metric there is."""

import gzip
import time
import urllib.request

from deploy.monitoring.evaluate import Asked, ask, findings, shown
from services.ops.metric import Metric
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
STILL = {
    "dead_letters_total": "no record was unreadable",
    "dedup_spread": "dedup is one process",
    "desk_behind_records": "the Desk began with the log",
    "extension_failures_total": "no function of one's own is configured",
    "failed_pages_total": "every page could be had",
    "late_records_total": "no record came behind its watermark",
    "partition_halted": "every dead letter could be written",
    "poll_delay_seconds": "a feed is due for the first time minutes after it was added",
    "pushes_total": "the newspaper has no hub",
    "silent_key_feeds": "no feed is marked as one that must not fall silent",
    "standby_partitions": "nobody is told to stand by",
    "state_restore_started_timestamp_seconds": "restores are over before anybody looks",
    "unaccounted_records": "nothing is lost",
}
"""Metrics that stay at 0 where all is well, and why."""
SPAN = "40m"
"""Longer than the whole check."""


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
    quiet = ABSENT | STILL
    silent = [metric.name for metric in METRICS if metric.name not in quiet and not _moved(compose, metric)]
    demand(not silent, f"in the catalogue, but at 0 through all checks: {', '.join(silent)}")
    missing = [
        name
        for name in STILL
        if not ask(compose.url("prometheus"), f'{{__name__=~"{PREFIX}{name}(_count)?"}}')
    ]
    demand(not missing, f"in the catalogue, but not emitted: {', '.join(missing)}")
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
        f"{len(METRICS) - len(quiet)} of {len(METRICS)} metrics moved; rightly at 0: {', '.join(STILL)}; "
        f"not beside Kafka: {', '.join(ABSENT)}; most series of a process: {counted:.0f}"
    )


def _moved(compose: Compose, metric: Metric) -> bool:
    """Whether it was anything but 0 since the installation began."""
    name = PREFIX + metric.name + ("_count" if metric.kind == "histogram" else "")
    most = ask(compose.url("prometheus"), f"max(max_over_time({name}[{SPAN}]))")
    return bool(most) and float(most[0]["value"][1]) > 0


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
    _read(compose, WORK_S)
    return compose


def _read(compose: Compose, seconds: float) -> None:
    """As a browser does that shows the front page: it holds a stream open."""
    status, page = compose.get("pages", "/")
    demand(status == 200 and "</html>" in page, f"the Desk answers {status}")
    with urllib.request.urlopen(f"{compose.url('pages')}/live", timeout=seconds):
        time.sleep(seconds)
