"""All checks of deployment, in the order they are run. A check of yours is one line here."""

from tests.deploy.check import box, image, kills, lag, live, order, pods, unit
from tests.deploy.check.suites import command, impossible, suite
from tests.deploy.check.verdict import Check

CHECKS: tuple[Check, ...] = (
    Check("rules", "every alert fires with its words and has a quiet twin; metrics are the catalogue's",
          suite("deploy/test_monitoring*.py")),
    Check("chart", "lint, render, refusals, schemas of the API, the policies against the guard",
          suite("deploy/test_chart*.py")),
    Check("unit", "systemd reads the unit and finds little it could do harm with", unit.verifies),
    Check("files", "every container of every compose file is hardened and bounded; recipe and unit",
          suite("deploy/test_compose.py", "deploy/test_container.py")),
    Check("image", "builds from the checked-in file; numeric user, no volumes, parts listed", image.builds),
    Check("image replays", "read-only, no capabilities, a memory limit: the same bytes", image.replays),
    Check("image stops", "SIGTERM in mid-stream to exit 0 within 10 s", image.stops),
    Check("chart pods", "rendered pods start with their own security settings, answer and stop", pods.start),
    Check("one box", "compose.yaml alone: ready, stopped with 0, and another container goes on", box.keeps),
    Check("wrong order", "broker last: converges without a hand; stories as in one process", order.converges),
    Check("lag", "0 when idle, 0 beside an open transaction, a backlog within 5 s", lag.tells),
    Check("kills", "kill -9 of each container, broker included: nothing lost; the right alerts",
          kills.loses_nothing),
    Check("dashboards", "every expression: a series, a finite value; a misspelt one is noticed", live.shows),
    Check("catalogue", "every metric is emitted, and nothing else", live.emits),
    Check("cost of metrics", "≤ 3 % slower; ≤ 1,500 series; a scrape blocks ≤ 10 ms",
          command("bench.metrics", "--pairs", "2")),
    Check("embedded log", "backed up while running, restored elsewhere, moved to Kafka",
          suite("deploy/test_embedded_log.py", "**/test_backup.py")),
    Check("operations", "every command on the page for operators is run, every name on it exists",
          suite("deploy/test_operations.py")),
    Check("API server", "server-side apply, NetworkPolicy, PodDisruptionBudget, KEDA at work",
          impossible("no Kubernetes API server here: the chart was rendered and validated, not applied")),
    Check("Grafana's import", "Grafana shows the dashboards",
          impossible("there is no Grafana here: expressions were evaluated, the JSON was not imported")),
)  # fmt: skip
