from ipaddress import ip_network

import pytest

from services.ingest.http.guard import permitted

LOOPBACK = [ip_network("127.0.0.0/8")]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "192.88.99.1",
        "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1",
        "::ffff:8.8.8.8", "::ffff:127.0.0.1", "::8.8.8.8", "64:ff9b::808:808", "64:ff9b:1::1",
        "2002:808:808::1",
        "2001:0:1::1", "no address", "",
    ],
)  # fmt: skip
def test_the_fetcher_never_goes_where_only_insiders_may(address: str) -> None:
    assert not permitted(address, 443, [])


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "193.99.144.80"])
def test_public_addresses_are_open_on_web_ports_only(address: str) -> None:
    assert permitted(address, 443, [])
    assert permitted(address, 80, [])
    assert not permitted(address, 6379, [])


def test_an_allowed_network_opens_its_addresses_on_every_port_and_no_others() -> None:
    assert permitted("127.0.0.1", 8_080, LOOPBACK)
    assert not permitted("::ffff:127.0.0.1", 80, LOOPBACK)
    assert not permitted("10.0.0.1", 80, LOOPBACK)
    assert not permitted("8.8.8.8", 8_080, LOOPBACK)
