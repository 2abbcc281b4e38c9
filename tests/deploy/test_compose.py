"""The compose files as they stand: what every container has, what is reachable, what the settings say."""

import re
from functools import cache
from typing import Any

import pytest

from services.contracts.topics import ROLES
from services.ops.config import load
from tests.deploy import chart, session, tools
from tests.deploy.check.compose import FILES, FOLDER, SERVICES
from tests.deploy.check.images import THEIRS
from tests.unit.test_docs import complaint

VARIABLE = re.compile(r"(?<!\$)\$\{([A-Z0-9_]+)(?::-([^}]*))?\}")
SPREAD = "compose.spread.yaml"
OURS = ("newsfold", "topics", *SERVICES, *ROLES)
MEMBERS = tuple(service for service in SERVICES if service != "desk")
"""Those that are of a group; the Desk is of none."""


@cache
def file(name: str) -> dict[str, Any]:
    session.needs(tools.manifest_reader)
    text = VARIABLE.sub(lambda found: found[2] or "", (FOLDER / name).read_text(encoding="utf-8"))
    return dict(chart.read(text).objects[0])


def containers() -> dict[str, dict[str, Any]]:
    """By name, each as the files make it that speak of it."""
    found: dict[str, dict[str, Any]] = {}
    for name in (*FILES, SPREAD):
        for service, content in file(name)["services"].items():
            found[service] = found.get(service, {}) | content
    return found | {"newsfold": file("compose.yaml")["services"]["newsfold"]}


def test_every_container_is_read_only_bounded_and_without_privileges() -> None:
    assert len(containers()) == 15
    for name, one in containers().items():
        assert one["read_only"] is True, name
        assert one["cap_drop"] == ["ALL"], name
        assert one["security_opt"] == ["no-new-privileges:true"], name
        assert one["mem_limit"], name
        assert one["pids_limit"] <= 512, name
        assert one["stop_grace_period"] == "45s", name
        assert one["logging"]["options"]["max-size"], name
        assert any(place.startswith("/tmp:") for place in one["tmpfs"]), name
        assert one["restart"] == ("on-failure:5" if name == "topics" else "unless-stopped"), name
        assert one["healthcheck"], name
        assert not one["image"].endswith(":latest"), name


def test_nothing_is_reachable_from_other_machines() -> None:
    ports = [port for one in containers().values() for port in one.get("ports", ())]
    assert len(ports) == 16
    assert all(port.startswith("127.0.0.1:") for port in ports)
    beside = [
        port for name, one in containers().items() if name != "newsfold" for port in one.get("ports", ())
    ]
    assert len(beside) == len(set(beside))


def test_no_container_relies_on_the_order_of_starts() -> None:
    assert not [name for name, one in containers().items() if "depends_on" in one]


@pytest.mark.parametrize("service", OURS)
def test_our_containers_run_commands_and_settings_that_exist(service: str) -> None:
    one = containers()[service]
    assert not complaint(f"newsfold {' '.join(one['command'])}", whole=True)
    settings = load(None, {name: str(value) for name, value in one["environment"].items()})
    assert settings.ops.listen == "0.0.0.0:9464"
    assert settings.ops.heartbeat_file


def test_beside_kafka_every_process_has_a_name_of_its_own_and_the_one_process_form_is_off() -> None:
    beside = file("compose.kafka.yaml")["services"]
    names = [beside[service]["environment"]["NEWSFOLD_BUS__INSTANCE"] for service in MEMBERS]
    assert names == list(MEMBERS)
    assert beside["newsfold"] == {"profiles": ["embedded"]}
    roles = file(SPREAD)["services"]
    assert [roles[role]["environment"]["NEWSFOLD_BUS__INSTANCE"] for role in ROLES] == list(ROLES)


def test_beside_the_roles_every_dedup_finds_out_for_itself_or_is_told_and_never_only_some() -> None:
    roles = file(SPREAD)["services"]
    text = (FOLDER / SPREAD).read_text(encoding="utf-8")
    assert roles.keys() == {"topics", *(one for one in SERVICES if one.startswith("dedup")), *ROLES}
    assert text.count('command: [run, "${DEDUP:-dedup}"]') == 2
    assert roles["dedup-1"] == roles["dedup-2"] == {"command": ["run", "dedup"]}
    for name in ("x-service", "x-hardened", "x-environment"):
        assert file(SPREAD)[name] == file("compose.kafka.yaml")[name]


def test_prometheus_looks_for_every_service_by_its_name() -> None:
    (config,) = chart.read((FOLDER / "monitoring/prometheus.yaml").read_text()).objects
    named = config["scrape_configs"][0]["dns_sd_configs"][0]["names"]
    assert named == ["newsfold", *SERVICES, *ROLES]


def test_the_example_environment_names_every_variable_with_its_default() -> None:
    text = "".join((FOLDER / name).read_text(encoding="utf-8") for name in (*FILES, SPREAD))
    used = {found[1]: found[2] or "" for found in VARIABLE.finditer(text)}
    example = (FOLDER / ".env.example").read_text(encoding="utf-8")
    told = dict(re.findall(r"^#([A-Z0-9_]+)=(.*)$", example, re.MULTILINE))
    assert told == used | {"GRAFANA_PASSWORD": ""}


def test_the_check_stands_in_for_the_images_that_are_named() -> None:
    assert {name: containers()[name]["image"] for name in THEIRS} == dict(THEIRS)
