"""The chart's README: what a person needs first, and every value as `values.yaml` itself explains it."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_LINE = re.compile(r"^(?P<indent> *)(?P<key>[A-Za-z0-9._/-]+):(?: (?P<value>.*))?$")
_OPAQUE = frozenset(
    {
        "networkPolicy.monitoring",
        "networkPolicy.dns",
        "networkPolicy.brokers.to",
        "monitoring.dashboards.labels",
    }
)
"""Values that are shown as a whole: lists and maps that go to Kubernetes as they are."""

HEAD = """\
# Newsfold on Kubernetes

Made from `values.yaml` by `python -m deploy.helm.build`; change it there.

```sh
# One pod on its embedded log: nothing else needed.
helm install newsfold deploy/helm/newsfold --set image.repository=registry.example/newsfold
# Three services over your Kafka.
helm install newsfold deploy/helm/newsfold --set image.repository=registry.example/newsfold \\
  --set mode=kafka --set 'kafka.brokers={kafka-0.kafka:9092,kafka-1.kafka:9092}'
```

What it makes: a Deployment each for ingest, dedup and enrich with a PodDisruptionBudget, after a Job has
created the topics; or, on the embedded log, a StatefulSet of one pod with a volume. Always a ConfigMap, a
headless Service for scrapers, a ServiceAccount without a token and a NetworkPolicy a component. On demand
ServiceMonitor, PrometheusRules, dashboards and KEDA ScaledObjects. It makes no Secret: it names yours.

`ci/` holds values that work, `ci/refused/` values that are refused, each with the reason. A typo in a value
is refused too, and so is a setting under `config` that Newsfold would refuse at its start.

Pods run as user 10001 on a read-only root without capabilities; `/tmp` and `/var/lib/newsfold` can be
written. A changed value of `config` restarts the pods; a renewed Secret does not, but for the token of
OAUTHBEARER: `kubectl rollout restart` does.

Ingest does not scale by itself: feeds have no lag on a log. `services.ingest.replicas` is yours to set.

Dedup of one shard can be shared out over pods. First `spread.enabled=true`: plan, sign, range and pair run
beside dedup and catch up. When they have seen enough (docs/scaling.md, Live), `spread.fold=true`: all pods of
dedup stop, and then start told by the roles. Back in the same two steps, `spread.fold` first. The roles do
not scale by themselves.

## Values

| value | default | meaning |
|---|---|---|
"""


class Value(NamedTuple):
    path: str
    default: str
    about: str


def readme(values: str) -> str:
    """The README for the text of `values.yaml`."""
    rows = (
        f"| `{one.path}` | {_code(one.default)} | {one.about.replace('|', chr(92) + '|')} |"
        for one in described(values)
    )
    return HEAD + "\n".join(rows) + "\n"


def described(values: str) -> Iterator[Value]:
    """Leaves, and branches that have something said about them, in order."""
    lines = values.splitlines()
    path: list[str] = []
    comment: list[str] = []
    for number, line in enumerate(lines):
        text = line.strip()
        if text.startswith("#"):
            comment.append(text.removeprefix("#").strip())
        elif (found := _LINE.match(line)) and not _inside_opaque(path, found):
            depth = len(found["indent"]) // 2
            path = [*path[:depth], found["key"]]
            here = ".".join(path)
            if found["value"] is not None or comment or here in _OPAQUE:
                yield Value(here, _default(here, found, lines[number + 1 :]), " ".join(comment))
            comment = []
        elif not text:
            comment = []


def _inside_opaque(path: list[str], found: re.Match[str]) -> bool:
    depth = len(found["indent"]) // 2
    return any(".".join(path[:upto]) in _OPAQUE for upto in range(1, min(depth, len(path)) + 1))


def _default(path: str, found: re.Match[str], rest: list[str]) -> str:
    if found["value"] is not None:
        return str(found["value"])
    if path not in _OPAQUE:
        return ""
    block = []
    for line in rest:
        if len(line) - len(line.lstrip()) <= len(found["indent"]):
            break
        block.append(" ".join(line.split()))
    return "; ".join(block)


def _code(text: str) -> str:
    return f"`{text}`" if text else ""
