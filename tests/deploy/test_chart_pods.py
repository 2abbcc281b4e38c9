"""The pods of the chart: what they may do and use, and that Newsfold understands what it is given."""

import math
import os
import re
from pathlib import Path

import click
import pytest

from services import cli
from services.console import addresses
from services.contracts.topics import DEFAULT_PREFIX, ROLES
from services.ops.config import BadConfig, Settings, load
from services.ops.exits import Exit
from tests.deploy import chart, tools
from tests.deploy.chart import Object
from tests.deploy.session import needs

pytestmark = pytest.mark.timeout(tools.BUILD_S + 60)
SECRETS = "/run/newsfold/"


@pytest.fixture(params=chart.VALUES, ids=lambda path: path.stem)
def objects(request: pytest.FixtureRequest) -> list[Object]:
    needs(tools.helm, tools.manifest_reader)
    return list(chart.rendered(request.param))


@pytest.fixture
def pods(objects: list[Object]) -> list[Object]:
    found = list(chart.pods(objects))
    assert found
    return found


def test_no_pod_is_root_or_can_become_it(pods: list[Object]) -> None:
    for pod in pods:
        whole, own = pod["spec"]["securityContext"], chart.container(pod)["securityContext"]
        assert (whole["runAsNonRoot"], whole["runAsUser"], whole["runAsGroup"]) == (True, 10001, 10001)
        assert whole["seccompProfile"] == {"type": "RuntimeDefault"}
        assert own == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }


def test_no_pod_shares_anything_with_its_node(pods: list[Object]) -> None:
    for pod in pods:
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod["spec"].keys()
        assert all("hostPath" not in volume for volume in pod["spec"]["volumes"])
        assert all("hostPort" not in port for port in chart.container(pod).get("ports", []))


def test_no_pod_has_a_token_for_the_api_server(objects: list[Object], pods: list[Object]) -> None:
    for one in (*(pod["spec"] for pod in pods), *chart.of_kind(objects, "ServiceAccount")):
        assert one["automountServiceAccountToken"] is False


def test_no_variable_of_another_service_stops_newsfold(pods: list[Object]) -> None:
    assert all(pod["spec"]["enableServiceLinks"] is False for pod in pods)
    with pytest.raises(BadConfig, match="NEWSFOLD_INGEST_PORT"):  # what the links would have brought
        load(None, {"NEWSFOLD_INGEST_PORT": "tcp://10.0.0.1:9464"})


def test_memory_is_limited_and_processor_time_is_not(pods: list[Object]) -> None:
    for pod in pods:
        resources = chart.container(pod)["resources"]
        assert resources["limits"].keys() == {"memory"}
        assert resources["requests"].keys() == {"cpu", "memory"}


def test_an_image_has_a_version_or_a_digest(pods: list[Object]) -> None:
    for pod in pods:
        name, at, digest = chart.container(pod)["image"].partition("@")
        tag = name.rpartition("/")[2].partition(":")[2]
        assert re.fullmatch(r"sha256:[0-9a-f]{64}", digest) if at else tag not in ("", "latest")


def test_only_two_folders_can_be_written_and_each_has_a_bound(
    objects: list[Object], pods: list[Object]
) -> None:
    claims = [
        claim["metadata"]["name"]
        for one in chart.of_kind(objects, "StatefulSet")
        for claim in one["spec"]["volumeClaimTemplates"]
    ]
    for pod in pods:
        mounts = chart.container(pod)["volumeMounts"]
        writable = {one["name"]: one["mountPath"] for one in mounts if not one.get("readOnly")}
        volumes = {one["name"]: one for one in pod["spec"]["volumes"]}
        assert set(writable.values()) <= {"/tmp", "/var/lib/newsfold"}
        for name in writable:
            assert name in claims or "sizeLimit" in volumes[name]["emptyDir"]


def test_replicas_are_written_down_unless_a_scaler_counts_them(objects: list[Object]) -> None:
    scaled = {one["spec"]["scaleTargetRef"]["name"] for one in chart.of_kind(objects, "ScaledObject")}
    for one in chart.of_kind(objects, "Deployment"):
        assert ("replicas" in one["spec"]) is (one["metadata"]["name"] not in scaled)


def test_the_topics_job_uses_nothing_that_comes_after_it(objects: list[Object]) -> None:
    ours = {one["metadata"]["name"] for one in objects if one["kind"] in ("ConfigMap", "ServiceAccount")}
    for job in chart.of_kind(objects, "Job"):
        pod = job["spec"]["template"]["spec"]
        assert pod["serviceAccountName"] not in ours
        assert all("configMap" not in volume for volume in pod["volumes"])


def test_the_embedded_log_has_one_writer() -> None:
    needs(tools.helm, tools.manifest_reader)
    (one,) = chart.of_kind(chart.rendered(), "StatefulSet")
    (claim,) = one["spec"]["volumeClaimTemplates"]
    assert one["spec"]["replicas"] == 1
    assert claim["spec"]["accessModes"] == ["ReadWriteOncePod"]


def test_a_drain_takes_one_pod_at_a_time_and_is_never_blocked(objects: list[Object]) -> None:
    labels = [pod["metadata"]["labels"] for pod in chart.pods(objects)]
    for one in chart.of_kind(objects, "PodDisruptionBudget"):
        assert one["spec"]["maxUnavailable"] == 1
        assert "minAvailable" not in one["spec"]
        assert sum(_selects(one["spec"]["selector"], its) for its in labels) == 1


def test_an_old_pod_goes_before_a_new_one_comes(objects: list[Object]) -> None:
    spread = any(chart.component(one) == "plan" for one in chart.of_kind(objects, "Deployment"))
    for one in chart.of_kind(objects, "Deployment"):
        wanted = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}
        if spread and chart.component(one) == "dedup":  # it may have been dedup, and be fold now
            wanted = {"type": "Recreate"}
        assert one["spec"]["strategy"] == wanted


def _spread(*sets: str) -> dict[str, Object]:
    """Pods by component."""
    needs(tools.helm, tools.manifest_reader)
    (kafka,) = (path for path in chart.VALUES if path.stem == "kafka-values")
    return {chart.component(pod): pod for pod in chart.pods(chart.rendered(kafka, *sets))}


def test_the_pods_of_dedup_find_out_for_themselves_or_are_told_and_never_both() -> None:
    runs = {}
    for sets in ((), ("spread.enabled=true",), ("spread.enabled=true", "spread.fold=true")):
        pods = _spread(*sets)
        runs[len(sets)] = [chart.container(pods[name])["args"][:2] for name in pods if name != "topics"]
    roles = [["run", role] for role in ROLES]
    alone, beside, told = (sorted(runs[count]) for count in range(3))
    assert alone == [["run", "dedup"], ["run", "enrich"], ["run", "ingest"]]
    assert beside == sorted([*alone, *roles])
    assert told == sorted([["run", "enrich"], ["run", "fold"], ["run", "ingest"], *roles])


def test_the_topics_of_the_roles_are_made_where_they_run() -> None:
    assert "--spread" not in chart.container(_spread()["topics"])["args"]
    assert "--spread" in chart.container(_spread("spread.enabled=true")["topics"])["args"]


def test_selectors_find_their_own_pods(objects: list[Object]) -> None:
    for kind in ("Deployment", "StatefulSet"):
        for one in chart.of_kind(objects, kind):
            assert _selects(one["spec"]["selector"], one["spec"]["template"]["metadata"]["labels"])


def test_liveness_asks_nothing_beyond_the_process(pods: list[Object]) -> None:
    for pod in (one for one in pods if "livenessProbe" in chart.container(one)):
        container = chart.container(pod)
        asked = {
            name: container[name]["httpGet"] for name in ("startupProbe", "livenessProbe", "readinessProbe")
        }
        assert {name: one["path"] for name, one in asked.items()} == {
            "startupProbe": "/livez",
            "livenessProbe": "/livez",
            "readinessProbe": "/readyz",
        }
        assert {one["port"] for one in asked.values()} == {"ops"}


def test_newsfold_understands_what_its_pods_are_given(
    objects: list[Object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = _files(objects, tmp_path)
    for pod in chart.pods(objects):
        with monkeypatch.context() as patch:
            environ = _environ(pod, tmp_path)
            for name, value in environ.items():
                patch.setenv(name, value)
            arguments = [one.replace("/etc/newsfold/", f"{config}/") for one in chart.container(pod)["args"]]
            settings = _parsed(arguments)
        place = addresses.parse(settings.bus.url)
        assert place.kind in ("sqlite", "kafka")
        if place.kind == "kafka":
            settings.kafka.check(place.place)
        if arguments[0] == "run":
            container = chart.container(pod)
            host, port = settings.ops.address()
            assert (host, settings.ops.expose) == ("0.0.0.0", True)
            assert container["ports"] == [{"name": "ops", "containerPort": port}]
            assert pod["spec"]["terminationGracePeriodSeconds"] >= math.ceil(settings.ops.drain_s) + 20
            assert settings.bus.state_dir.startswith("/var/lib/newsfold/")


def test_a_setting_arrives_as_it_was_written(tmp_path: Path) -> None:
    needs(tools.helm, tools.manifest_reader)
    values = tmp_path / "values.yaml"
    values.write_text(
        "config: {dedup: {window_days: 14, story_days: 2.5, stub_share: 1}, "
        'ingest: {wire_bytes: 268435456, user_agent: "A \\"quoted\\" ünï <agent> \\\\n"}}'
    )
    file = tmp_path / "newsfold.toml"
    file.write_text(_toml(list(chart.rendered(values))))
    settings = load(file, {})
    assert (settings.dedup.window_days, settings.dedup.story_days, settings.dedup.stub_share) == (14, 2.5, 1)
    assert settings.ingest.wire_bytes == 268435456
    assert settings.ingest.user_agent == 'A "quoted" ünï <agent> \\n'


def test_each_service_logs_in_as_who_it_is() -> None:
    needs(tools.helm, tools.manifest_reader)
    (newsroom,) = (path for path in chart.VALUES if path.stem == "newsroom-values")
    users = {}
    for pod in chart.pods(chart.rendered(newsroom)):
        variables = {one["name"]: one["value"] for one in chart.container(pod)["env"]}
        (login,) = (one["secret"]["secretName"] for one in pod["spec"]["volumes"] if one["name"] == "login")
        users[chart.component(pod)] = (variables["NEWSFOLD_KAFKA__USER"], login)
        assert variables["NEWSFOLD_BUS__PREFIX"] != DEFAULT_PREFIX
    assert users == {
        "ingest": ("newsfold-ingest",) * 2,
        "dedup": ("newsfold-dedup",) * 2,
        "enrich": ("newsfold-enrich",) * 2,
        "topics": ("newsfold-admin",) * 2,
        "desk": ("newsfold-desk",) * 2,
    }


def test_the_topics_job_gives_up_where_trying_again_is_in_vain() -> None:
    needs(tools.helm, tools.manifest_reader)
    (kafka,) = (path for path in chart.VALUES if path.stem == "kafka-values")
    (job,) = chart.of_kind(chart.rendered(kafka), "Job")
    (rule,) = job["spec"]["podFailurePolicy"]["rules"]
    assert rule["onExitCodes"]["values"] == [Exit.FAILED, Exit.USAGE]
    assert rule["onExitCodes"]["containerName"] == chart.container(job["spec"]["template"])["name"]
    assert job["spec"]["template"]["spec"]["restartPolicy"] == "Never"
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"


def test_a_changed_setting_is_a_changed_pod_and_a_changed_list_of_feeds_a_changed_ingest() -> None:
    needs(tools.helm, tools.manifest_reader)
    (kafka,) = (path for path in chart.VALUES if path.stem == "kafka-values")

    def sums(*sets: str) -> dict[str, Object]:
        deployments = chart.of_kind(chart.rendered(kafka, *sets), "Deployment")
        return {
            chart.component(one): one["spec"]["template"]["metadata"]["annotations"] for one in deployments
        }

    before, listed, set_ = (
        sums("feeds.toml=a"),
        sums("feeds.toml=b"),
        sums("feeds.toml=a", "config.dedup.seed=2"),
    )
    assert {name for name in before if before[name] != listed[name]} == {"ingest"}
    assert {name for name in before if before[name] != set_[name]} == {"ingest", "dedup", "enrich"}


def _selects(selector: Object, labels: Object) -> bool:
    return bool(selector["matchLabels"].items() <= labels.items())


def _toml(objects: list[Object]) -> str:
    (text,) = (
        one["data"]["newsfold.toml"]
        for one in chart.of_kind(objects, "ConfigMap")
        if "newsfold.toml" in one["data"]
    )
    return str(text)


def _files(objects: list[Object], folder: Path) -> Path:
    """The folder that stands for /etc/newsfold."""
    etc = folder / "etc"
    etc.mkdir()
    (etc / "newsfold.toml").write_text(_toml(objects))
    return etc


def _environ(pod: Object, folder: Path) -> dict[str, str]:
    """The container's variables, with its Secrets as files of ours."""
    for volume in pod["spec"]["volumes"]:
        for item in volume.get("secret", {}).get("items", []):
            file = folder / volume["name"] / item["path"]
            file.parent.mkdir(exist_ok=True)
            file.write_text("secret")
    own = {one["name"]: one["value"].replace(SECRETS, f"{folder}/") for one in chart.container(pod)["env"]}
    mounted = {one["mountPath"] for one in chart.container(pod)["volumeMounts"]}
    for value in own.values():
        file = Path(value)
        if file.is_relative_to(folder):
            assert file.is_file(), f"no Secret brings {file.name}"
            assert f"{SECRETS}{file.parent.name}" in mounted
    return own


def _parsed(arguments: list[str]) -> Settings:
    """The settings of a command as the command line itself reads them, feeds aside."""
    command: click.Command = cli.main
    words = [one for one in arguments if not one.startswith("--feeds=")]
    while isinstance(command, click.Group):
        command = command.commands[words.pop(0)]
    with command.make_context(command.name, words) as context:
        settings = context.params["settings"]
    assert isinstance(settings, Settings)
    assert not {name for name in os.environ if name.startswith("NEWSFOLD_") and "__" not in name} - {
        "NEWSFOLD_PRESS_DATA"
    }
    return settings
