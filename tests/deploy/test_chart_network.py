"""Who may talk to whom by the chart's policies, held against the fetcher's own guard."""

from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.http.guard import permitted
from tests.deploy import chart, tools
from tests.deploy.chart import Object
from tests.deploy.session import needs

pytestmark = pytest.mark.timeout(tools.BUILD_S + 60)
ADDRESSES = st.one_of(
    st.builds(IPv4Address, st.integers(0, 2**32 - 1)),
    st.builds(IPv6Address, st.integers(0, 2**128 - 1)),
    st.builds(IPv6Address, st.integers(0x2001 << 112, 0x2003 << 112)),
)
INTERNET = ("93.184.215.14", "1.1.1.1", "2606:2800:21f:cb07:6820:80da:af6b:8b2c")
NOT_INTERNET = (
    "169.254.169.254",
    "10.0.0.1",
    "192.168.1.1",
    "172.20.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "fd00::1",
)


def policies(values: str) -> dict[str, Object]:
    needs(tools.helm, tools.manifest_reader)
    (path,) = (one for one in chart.VALUES if one.stem == f"{values}-values")
    return {chart.component(one): one for one in chart.of_kind(chart.rendered(path), "NetworkPolicy")}


def reaches(policy: Object, address: str, port: int) -> bool:
    """Whether an address outside the cluster may be reached."""
    ip = ip_address(address)
    return any(
        _open(rule, port) and any(_covers(peer, ip) for peer in rule["to"])
        for rule in policy["spec"]["egress"]
    )


@pytest.mark.parametrize("address", INTERNET)
def test_ingest_alone_reaches_the_internet(address: str) -> None:
    reaching = {name for name, one in policies("kafka").items() if reaches(one, address, 443)}
    assert reaching == {"ingest"}
    assert reaches(policies("embedded")["all"], address, 443)


@pytest.mark.parametrize("address", NOT_INTERNET)
def test_nobody_reaches_what_is_not_the_internet_but_for_brokers(address: str) -> None:
    for one in (*policies("kafka").values(), *policies("embedded").values()):
        assert not reaches(one, address, 80)
        assert not reaches(one, address, 443)


@given(ADDRESSES)
def test_the_second_wall_has_no_hole_the_first_has_not(address: IPv4Address | IPv6Address) -> None:
    if reaches(policies("embedded")["all"], str(address), 443):
        assert permitted(str(address), 443, ())


def test_what_the_fetcher_is_allowed_the_policy_allows() -> None:
    ingest = policies("newsroom")["ingest"]
    assert reaches(ingest, "10.20.1.2", 8080)
    assert not reaches(ingest, "10.21.1.2", 8080)
    assert not reaches(ingest, "185.199.108.5", 443)
    assert not reaches(ingest, "2606:50c0::5", 443)
    assert not reaches(policies("newsroom")["dedup"], "10.20.1.2", 8080)


def test_brokers_are_reached_on_their_ports_by_all() -> None:
    found = policies("newsroom")
    assert found.keys() == {"ingest", "dedup", "enrich", "desk", "topics"}
    for one in found.values():
        assert reaches(one, "10.30.0.9", 9093)
        assert reaches(one, "10.30.0.9", 9094)
        assert not reaches(one, "10.30.0.9", 9092)
        assert not reaches(one, "10.31.0.9", 9093)


def test_only_the_scraper_comes_in_and_only_to_the_ops_port() -> None:
    for values in ("kafka", "embedded"):
        for name, one in policies(values).items():
            assert one["spec"]["policyTypes"] == ["Ingress", "Egress"]
            if name == "topics":
                assert "ingress" not in one["spec"]
                continue
            (rule,) = one["spec"]["ingress"]
            assert rule["ports"] == [{"port": "ops", "protocol": "TCP"}]
            assert rule["from"] == [
                {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}
            ]


def test_names_are_resolved_in_the_cluster_alone() -> None:
    for one in policies("kafka").values():
        (rule,) = (rule for rule in one["spec"]["egress"] if {"port": 53, "protocol": "UDP"} in rule["ports"])
        assert all(peer.keys() == {"namespaceSelector"} for peer in rule["to"])


@pytest.mark.parametrize("values", chart.VALUES, ids=lambda path: path.stem)
def test_every_pod_has_exactly_one_policy_where_there_are_any(values: Path) -> None:
    needs(tools.helm, tools.manifest_reader)
    objects = chart.rendered(values)
    selectors = [
        one["spec"]["podSelector"]["matchLabels"].items() for one in chart.of_kind(objects, "NetworkPolicy")
    ]
    for pod in chart.pods(objects):
        mine = [one for one in selectors if one <= pod["metadata"]["labels"].items()]
        assert len(mine) == (1 if selectors else 0)


@pytest.mark.parametrize("values", ["embedded", "newsroom"])
def test_exceptions_lie_within_what_they_are_taken_from(values: str) -> None:
    for policy in policies(values).values():  # the API server refuses others
        for rule in policy["spec"]["egress"]:
            for block in (peer["ipBlock"] for peer in rule["to"] if "ipBlock" in peer):
                whole = ip_network(block["cidr"])
                for one in map(ip_network, block.get("except", [])):
                    assert one.version == whole.version
                    assert one.prefixlen > whole.prefixlen
                    assert one.network_address in whole


def _open(rule: Object, port: int) -> bool:
    return any(
        isinstance(one["port"], int)
        and one["protocol"] == "TCP"
        and one["port"] <= port <= one.get("endPort", one["port"])
        for one in rule["ports"]
    )


def _covers(peer: Object, ip: IPv4Address | IPv6Address) -> bool:
    block = peer.get("ipBlock")
    return (
        block is not None
        and ip in _range(block["cidr"])
        and not any(ip in _range(one) for one in block.get("except", []))
    )


_range = cache(ip_network)
