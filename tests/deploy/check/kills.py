"""Every container killed in turn while a recording flows; nothing may be lost, doubled or unsaid."""

import time

from deploy.monitoring.evaluate import ask
from tests.deploy.check import topics
from tests.deploy.check.compose import Compose
from tests.deploy.check.site import READY_S, Site
from tests.deploy.check.verdict import Failed, demand
from tests.kafka.outcome import Outcome

PREFIX = "kills."
RATE = 60.0
"""Articles a second, as recorded and as played."""
HELD_S = 10.0
"""How long a container is kept down for its alerts: a sixtieth of their time is enough here."""
SETTLE_S = 150.0
WATCHDOG = "NewsfoldWatchdog"
MUST = frozenset({"NewsfoldBusUnavailable", "NewsfoldServiceAbsent", "NewsfoldTargetDown"})
MAY = frozenset(
    f"Newsfold{name}"
    for name in "Watchdog TransactionsAborting FencedRepeatedly Restarting PartitionsUnowned".split()
)
"""Kills may set these off; no other alert has a reason."""


def loses_nothing(site: Site) -> str:
    compose = site.installed()
    source = site.recording("killed", site.articles, span_s=site.articles / RATE, begins_in_s=25.0)
    site.plays(PREFIX, source, speed=1.0)
    site.anew()
    began = time.time()
    done = _harm(compose)
    log = compose.log(PREFIX)
    settled = topics.settled(log, site.articles, site.articles / RATE + SETTLE_S)
    found = topics.held_against(log, site.calm(source))
    _account(compose)
    told = _alerts(compose, time.time() - began)
    return f"{_words(found)}; SIGKILLs {done}; settled {settled:.0f} s later; account clean; {told}"


def _harm(compose: Compose) -> int:
    """SIGKILL each, as by the kernel, and wait until it is ready again; then keep two down for longer."""
    killed = ("ingest", "dedup-1", "kafka", "dedup-2", "enrich", "desk")
    for service in killed:
        compose.kill(service)
        compose.until(compose.ready, READY_S, f"all are ready after {service} was killed")
    for service in ("enrich", "kafka"):
        compose.engine.tell("kill", compose.name(service))
        time.sleep(HELD_S)
        compose.engine.tell("start", compose.name(service))
        compose.until(compose.ready, READY_S, f"all are ready after {service} was kept down")
    return len(killed) + 2


def _account(compose: Compose) -> None:
    done = compose.engine.call("exec", compose.name("enrich"), "newsfold", "doctor", "--account", seconds=90)
    demand(done.returncode == 0, f"the account is not clean: {(done.stdout + done.stderr)[-500:]}")
    lost = ask(compose.url("prometheus"), "max(newsfold_unaccounted_records) != 0")
    demand(not lost, f"unaccounted records are told: {lost}")


def _alerts(compose: Compose, seconds: float) -> str:
    span = f"{int(seconds) + 5}s"
    fired = {
        one["metric"]["alertname"]
        for one in ask(compose.url("prometheus"), f'max_over_time(ALERTS{{alertstate="firing"}}[{span}])')
    }
    silent, loud = MUST - fired, fired - MUST - MAY
    if silent or loud:
        raise Failed(f"alerts that should have fired: {sorted(silent)}; that should not: {sorted(loud)}")
    return f"fired: {', '.join(sorted(one.removeprefix('Newsfold') for one in fired - {WATCHDOG}))}"


def _words(found: Outcome) -> str:
    return f"{found.changes} changes and {found.stories} stories as undisturbed"
