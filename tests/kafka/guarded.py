"""A broker with everything locked: TLS, SCRAM, mutual TLS, bearer tokens, and ACLs for each user.

Its plain listener, on loopback, is the administrator's.
"""

import base64
import json
import time
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.admin import CreateAclsRequest

from tests.kafka.broker import Cluster, Settings
from tests.kafka.certificates import Authority

PASSWORD = "s3cret-of-the-newsroom"
USERS = {"newsroom": PASSWORD, "guest": "guest-pass"}
LISTENERS = {
    "SCRAM": "SASL_SSL",
    "MUTUAL": "SSL",
    "TOKEN": "SASL_PLAINTEXT",
    "OPEN": "SASL_PLAINTEXT",
}
_TOPIC, _GROUP, _CLUSTER, _TRANSACTIONAL_ID = 2, 3, 4, 5
_PREFIXED, _LITERAL, _ALLOW = 4, 3, 3
ALL, READ, WRITE, DESCRIBE = 2, 3, 4, 8
_SECURITY = "org.apache.kafka.common.security"


class Guarded:
    """The cluster, and the files a client needs. Raises `Unavailable` without openssl."""

    def __init__(self, folder: Path) -> None:
        ours, strangers = Authority(folder, "newsroom-ca"), Authority(folder, "strange-ca")
        self.ca, self.strange_ca = ours.certificate, strangers.certificate
        self.client, self.strange_client = ours.sign("press-desk"), strangers.sign("stranger")
        self.token = folder / "token"
        self.token.write_text(_token("token-bearer"))
        broker = ours.sign("broker")
        self.cluster = Cluster(listeners=LISTENERS, users=USERS, settings=_settings(broker, self.ca)).start()

    def at(self, listener: str) -> str:
        return f"127.0.0.1:{self.cluster.port(listener)}"

    async def allow(self, user: str, *rights: tuple[int, str, int]) -> None:
        """`rights`: resource type, name prefix, operation."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.cluster.bootstrap)
        await admin.start()
        try:
            for kind, name, operation in rights:
                pattern = _LITERAL if kind == _CLUSTER else _PREFIXED
                request = CreateAclsRequest(kind, name, pattern, f"User:{user}", "*", operation, _ALLOW)
                told = await admin._send_request(request)
                assert all(code == 0 for code, _ in told.creation_responses), told
        finally:
            await admin.close()


def topics(prefix: str, operation: int) -> tuple[int, str, int]:
    return _TOPIC, prefix, operation


def groups(prefix: str, operation: int) -> tuple[int, str, int]:
    return _GROUP, prefix, operation


def writers(prefix: str, operation: int) -> tuple[int, str, int]:
    return _TRANSACTIONAL_ID, prefix, operation


def cluster(operation: int) -> tuple[int, str, int]:
    return _CLUSTER, "kafka-cluster", operation


def _token(subject: str) -> str:
    """An unsecured JSON Web Token (RFC 7519 section 6): good enough for a broker that is told so."""

    def part(content: dict[str, object]) -> str:
        return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")

    now = int(time.time())
    return f"{part({'alg': 'none'})}.{part({'sub': subject, 'iat': now, 'exp': now + 3600})}."


def _settings(broker: Path, ca: Path) -> Settings:
    keys = {"ssl.keystore.type": "PEM", "ssl.keystore.location": str(broker)}
    trust = {"ssl.truststore.type": "PEM", "ssl.truststore.location": str(ca)}
    scram = {
        "sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "scram-sha-512.sasl.jaas.config": f"{_SECURITY}.scram.ScramLoginModule required;",
    }
    bearer = f"{_SECURITY}.oauthbearer"
    token = {
        "sasl.enabled.mechanisms": "OAUTHBEARER",
        "oauthbearer.sasl.jaas.config": (
            f'{bearer}.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";'
        ),
        "oauthbearer.sasl.server.callback.handler.class": (
            f"{bearer}.internals.unsecured.OAuthBearerUnsecuredValidatorCallbackHandler"
        ),
    }
    by_listener: dict[str, Settings] = {
        "scram": {**keys, **scram},
        "mutual": {**keys, **trust, "ssl.client.auth": "required"},
        "token": token,
        "open": scram,
    }
    return {
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",
        **{
            f"listener.name.{listener}.{key}": value
            for listener, settings in by_listener.items()
            for key, value in settings.items()
        },
    }
