"""Only who may gets in, nothing secret shows, and who is refused is told why in one line."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.ops.secret import Secret
from services.stream.bus import BusError, Fatal, Output, Partition, Retry, TopicSpec
from services.stream.kafka import KafkaBus
from services.stream.security import KafkaSecurity
from tests.conformance.acts import outputs, owns, values
from tests.kafka import guarded as lock
from tests.kafka.acts import SHORT
from tests.kafka.broker import free_port
from tests.kafka.guarded import PASSWORD, Guarded
from tests.kafka.jars import Unavailable

SCRAM: dict[str, Any] = {"mechanism": "SCRAM-SHA-512", "user": "newsroom", "password": Secret(PASSWORD)}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    try:
        found = Guarded(tmp_path_factory.mktemp("guarded"))
    except Unavailable as why:
        pytest.skip(f"no guarded broker: {why}")
    yield found
    found.cluster.remove()


def bus(address: str, **security: Any) -> KafkaBus:
    return KafkaBus(address, prefix="desk.", security=KafkaSecurity(**security), bounds=SHORT)


async def refused(client: KafkaBus) -> BusError:
    with pytest.raises(BusError) as told:
        await client.start()
    await client.close()
    assert "\n" not in str(told.value)
    return told.value


async def used(client: KafkaBus, group: str) -> None:
    """Everything a service does: create, publish, join, fetch, read."""
    await client.start()
    topic = f"topic-of-{group}"
    await client.create([TopicSpec(name=topic, partitions=1)])
    writer = await client.writer(group, [topic], 0)
    await writer.publish(outputs(topic, ["word"]), consumed={Partition(topic, 0): 0})
    member = await client.join(group, [topic])
    await owns(member, {0})
    member.seek({Partition(topic, 0): 0})
    (got,) = (await member.fetch(max_records=1, timeout_s=10)).values()
    assert [record.value for record in got] == [b"word"]
    assert await values(client, topic) == ["word"]
    await client.close()


def all_rights(group: str) -> tuple[tuple[int, str, int], ...]:
    return (
        lock.topics("desk.", lock.ALL),
        lock.groups(f"desk.{group}", lock.ALL),
        lock.writers(f"desk.{group}", lock.ALL),
        lock.cluster(lock.DESCRIBE),
    )


@pytest.mark.kafka
async def test_a_service_works_over_tls_with_scram(guarded: Guarded) -> None:
    await guarded.allow("newsroom", *all_rights("scram"))
    await used(bus(guarded.at("SCRAM"), tls=True, ca_file=str(guarded.ca), **SCRAM), "scram")


@pytest.mark.kafka
async def test_a_service_works_over_mutual_tls(guarded: Guarded) -> None:
    await guarded.allow("CN=press-desk", *all_rights("mutual"))
    client = bus(
        guarded.at("MUTUAL"), tls=True, ca_file=str(guarded.ca), certificate_file=str(guarded.client)
    )
    await used(client, "mutual")


@pytest.mark.kafka
async def test_a_service_works_with_a_token_from_a_file(guarded: Guarded) -> None:
    await guarded.allow("token-bearer", *all_rights("token"))
    await used(bus(guarded.at("TOKEN"), mechanism="OAUTHBEARER", token_file=str(guarded.token)), "token")


@pytest.mark.kafka
async def test_a_wrong_password_is_named_as_what_it_is(guarded: Guarded) -> None:
    wrong = {**SCRAM, "password": Secret("wr0ng-password")}
    told = await refused(bus(guarded.at("SCRAM"), tls=True, ca_file=str(guarded.ca), **wrong))
    assert isinstance(told, Fatal)
    assert "'newsroom'" in str(told)
    assert "wr0ng" not in str(told)


@pytest.mark.kafka
async def test_a_certificate_nobody_vouches_for_is_not_trusted(guarded: Guarded) -> None:
    told = await refused(bus(guarded.at("SCRAM"), tls=True, ca_file=str(guarded.strange_ca), **SCRAM))
    assert isinstance(told, Fatal)
    assert "certificate" in str(told)


@pytest.mark.kafka
@pytest.mark.parametrize("own", ["none", "a stranger's"])
async def test_without_a_certificate_of_ours_mutual_tls_lets_nobody_in(guarded: Guarded, own: str) -> None:
    certificate = {} if own == "none" else {"certificate_file": str(guarded.strange_client)}
    await refused(bus(guarded.at("MUTUAL"), tls=True, ca_file=str(guarded.ca), **certificate))


@pytest.mark.kafka
async def test_speaking_plainly_to_a_guarded_port_fails_with_a_hint(guarded: Guarded) -> None:
    told = await refused(bus(guarded.at("OPEN")))
    assert isinstance(told, Retry)
    assert "login" in str(told)


@pytest.mark.kafka
async def test_a_missing_acl_is_named_with_resource_and_operation(guarded: Guarded) -> None:
    await guarded.allow(
        "guest",
        lock.topics("desk.guests", lock.ALL),
        lock.topics("desk.readable", lock.READ),
        lock.writers("desk.guests", lock.ALL),
        lock.groups("desk.guests", lock.ALL),
        lock.cluster(lock.DESCRIBE),
    )
    admin = KafkaBus(guarded.cluster.bootstrap, prefix="desk.")
    await admin.start()
    await admin.create([TopicSpec(name=name, partitions=1) for name in ("guests", "readable", "hidden")])
    client = bus(guarded.at("OPEN"), mechanism="SCRAM-SHA-512", user="guest", password=Secret("guest-pass"))
    await client.start()
    writer = await client.writer("guests", ["guests"], 0)
    forbidden = Output(Partition("readable", 0), b"k", b"v")
    for turn, order in enumerate(([*outputs("guests", ["no"]), forbidden], [forbidden])):
        with pytest.raises(Fatal, match=r"'guest'.*ACL.*desk\.readable.*Write"):
            await writer.publish(order, consumed={Partition("guests", 0): 9})
        # The broker's half of the refused transaction must not ride along with the next one.
        await writer.publish(outputs("guests", [f"yes{turn}"]), consumed={Partition("guests", 0): turn})
    assert await values(admin, "guests") == ["yes0", "yes1"]
    with pytest.raises(Fatal, match=r"ACL.*transactional id 'desk\.others-0'.*Write"):
        await client.writer("others", ["guests"], 0)
    member = await client.join("others", ["guests"])
    with pytest.raises(Fatal, match=r"ACL.*group 'desk\.others'.*Read"):
        await member.assignment(timeout_s=10)
    with pytest.raises(Fatal, match=r"'hidden' does not exist"):
        await client.end(Partition("hidden", 0))
    with pytest.raises(Fatal, match="Create"):
        await client.create([TopicSpec(name="elsewhere", partitions=1)])
    await client.close()
    await admin.close()


async def test_a_port_where_nobody_answers_is_named_and_may_be_tried_again() -> None:
    port = free_port()
    told = await refused(KafkaBus(f"127.0.0.1:{port}", bounds=SHORT))
    assert isinstance(told, Retry)
    assert f"127.0.0.1:{port} cannot be reached" in str(told)


def test_a_login_in_the_clear_leaves_the_machine_only_if_somebody_said_so() -> None:
    for mechanism in (SCRAM, {"mechanism": "OAUTHBEARER", "token_file": "token"}):
        security = KafkaSecurity(**mechanism)
        for near in ("127.0.0.1:9092", "localhost:9092", "[::1]:9092"):
            security.check(near)
        for far in ("kafka.example:9092", "127.0.0.1:9092,10.0.0.7:9092"):
            with pytest.raises(ValueError, match="allow_plaintext_login"):
                security.check(far)
        KafkaSecurity(**mechanism, allow_plaintext_login=True).check("kafka.example:9092")
        KafkaSecurity(**mechanism, tls=True).check("kafka.example:9092")


def test_a_bus_refuses_to_be_made_with_a_login_in_the_clear() -> None:
    with pytest.raises(Fatal, match="allow_plaintext_login"):
        KafkaBus("kafka.example:9092", security=KafkaSecurity(**SCRAM))


def test_no_secret_shows_itself(tmp_path: Path) -> None:
    security = KafkaSecurity(tls=True, key_password=Secret("0pen-sesame"), **SCRAM)
    for shown in (repr(security), str(security), security.principal()):
        assert PASSWORD not in shown
        assert "0pen-sesame" not in shown
    assert "password=***" in repr(security)
    broken = tmp_path / "broken.pem"
    broken.write_text("no certificate")
    with pytest.raises(Fatal) as told:
        KafkaBus("127.0.0.1:1", security=KafkaSecurity(tls=True, ca_file=str(broken), **SCRAM))
    assert PASSWORD not in str(told.value)
    access = KafkaBus("127.0.0.1:1", security=KafkaSecurity(**SCRAM)).access
    assert PASSWORD not in repr(access)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"ca_file": "ca.pem"}, "tls is not"),
        ({"tls": True, "key_file": "key.pem"}, "certificate_file is not"),
        ({"mechanism": "SCRAM-SHA-512", "user": "me"}, "needs user and password"),
        ({"mechanism": "OAUTHBEARER"}, "needs token_file"),
        ({"user": "me"}, "are for mechanism"),
        ({"token_file": "token"}, "is for mechanism"),
    ],
)
def test_settings_that_do_not_fit_together_are_refused(settings: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        KafkaSecurity(**settings)
