"""Kafka, services and monitoring, started in the wrong order."""

import time

from tests.deploy.check import topics
from tests.deploy.check.compose import SERVICES
from tests.deploy.check.site import READY_S, Site
from tests.deploy.check.verdict import demand

PREFIX = "check."
ARTICLES = 600
LATE_S = 8.0
"""How long all others are without their broker."""


def converges(site: Site) -> str:
    compose = site.compose
    source = site.recording("first", ARTICLES)
    site.plays(PREFIX, source)
    for service in ("alertmanager", "prometheus", *reversed(SERVICES), "topics"):
        compose.up(service)
    time.sleep(LATE_S)
    demand(not any(compose.ready([service]) for service in SERVICES), "a service is ready without a broker")
    demand(compose.get("enrich", "/livez")[0] == 200, "a service that waits for its broker is not alive")
    compose.up("kafka")
    site.started()
    converged = compose.until(compose.ready, READY_S, "all services are ready")
    log = compose.log(PREFIX)
    took = topics.settled(log, ARTICLES, 90)
    found = topics.held_against(log, site.calm(source))
    applied = compose.engine.inspect(compose.name("topics"))["State"]["ExitCode"]
    demand(applied == 0, f"the topics job ended with {applied}")
    for service in (*SERVICES, "kafka", "prometheus"):
        looked = compose.engine.call("healthcheck", "run", compose.name(service))
        demand(looked.returncode == 0, f"the health check of {service} says {looked.stdout.strip()}")
    return (
        f"ready {converged:.0f} s after the broker came, {ARTICLES} articles in {took:.0f} s more; "
        f"{found.changes} changes, {found.stories} stories as in one process"
    )
