"""An Alertmanager configuration to start from: who is told of what, and what keeps quiet behind what."""

from typing import Any

from deploy.monitoring.alert import PREFIX

RECEIVERS = ("dead-mans-switch", "pager", "tickets", "nobody")
"""The first is a service that pages when it is *not* called; `nobody` has no address on purpose."""
HOSTS = "https://{}.newsfold.example/"
BEHIND_THE_BUS = (
    "PartitionStuck|PartitionsUnowned|NoStories|CanaryMissing|ServiceAbsent|PollingStopped"
    "|StoryAgeBudgetBurn(Slow)?|SpreadRoleStill|SpreadUndecided"
)
"""Pages that say nothing new while the bus is away. Losses are not among them."""


def alertmanager() -> dict[str, Any]:
    return {
        "route": {
            "receiver": "tickets",
            "group_by": ["alertname", "service"],
            "group_wait": "30s",
            "group_interval": "5m",
            "repeat_interval": "12h",
            "routes": _routes(),
        },
        "inhibit_rules": _inhibitions(),
        "receivers": [_receiver(name) for name in RECEIVERS],
    }


def _routes() -> list[dict[str, Any]]:
    watchdog = {
        "receiver": "dead-mans-switch",
        "matchers": [f'alertname="{PREFIX}Watchdog"'],
        "group_wait": "0s",
        "group_interval": "1m",
        "repeat_interval": "1m",
    }
    return [
        watchdog,
        {"receiver": "pager", "matchers": ['severity="critical"'], "repeat_interval": "1h"},
        {"receiver": "tickets", "matchers": ['severity="warning"']},
        {"receiver": "nobody", "matchers": ['severity="info"']},
    ]


def _inhibitions() -> list[dict[str, Any]]:
    return [
        _behind("BusUnavailable", f'alertname=~"{PREFIX}.+"', 'severity="warning"'),
        _behind("BusUnavailable", f'alertname=~"{PREFIX}({BEHIND_THE_BUS})"'),
        _behind("PartitionHalted", f'alertname="{PREFIX}PartitionStuck"', equal=["service", "partition"]),
        _behind("DeadLetterFlood", f'alertname="{PREFIX}DeadLetters"', equal=["service"]),
        _behind("StoryAgeBudgetBurn", f'alertname=~"{PREFIX}StoryAgeBudget(BurnSlow|Drain)"'),
        _behind("StoryAgeBudgetBurnSlow", f'alertname="{PREFIX}StoryAgeBudgetDrain"'),
        _behind("ServiceAbsent", f'alertname=~"{PREFIX}Spread(RoleStill|Undecided|Late)"'),
        _behind("SpreadRoleStill", f'alertname=~"{PREFIX}Spread(Undecided|Late)"'),
    ]


def _behind(source: str, *targets: str, equal: list[str] | None = None) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "source_matchers": [f'alertname="{PREFIX}{source}"'],
        "target_matchers": list(targets),
    }
    return rule | ({"equal": equal} if equal else {})


def _receiver(name: str) -> dict[str, Any]:
    hooks = [{"url": HOSTS.format(name), "send_resolved": name != "dead-mans-switch"}]
    return {"name": name} if name == "nobody" else {"name": name, "webhook_configs": hooks}
