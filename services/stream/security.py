"""How a Kafka cluster is entered: TLS, mutual TLS, SASL. Typed, checked before any connection.

Promise: no password goes over the network in the clear unless somebody wrote down that it may, and
no secret shows in a repr, a log line or an error.
"""

import ssl
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from services.ops.secret import Secret

MOST_TOKEN_BYTES = 64 * 1024


class KafkaSecurity(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[kafka]`: all defaults mean an open broker on a trusted network."""

    tls: bool = False
    """Encrypt, and verify the broker's certificate and name."""
    ca_file: str = ""
    """PEM file of the authority to trust; empty: the system's."""
    certificate_file: str = ""
    """PEM file of our own certificate chain, for mutual TLS."""
    key_file: str = ""
    """PEM file of its key; empty: it lies in `certificate_file`."""
    key_password: Secret = Secret()
    """Opens `key_file`. `key_password_file` reads it from a file."""
    mechanism: Literal["", "SCRAM-SHA-512", "OAUTHBEARER"] = ""
    """SASL mechanism; empty: no login."""
    user: str = ""
    password: Secret = Secret()
    """For SCRAM-SHA-512. `password_file` reads it from a file."""
    token_file: str = ""
    """For OAUTHBEARER: read anew for every connection, so that it may be renewed in place."""
    allow_plaintext_login: bool = False
    """Log in without TLS to a broker on another machine."""

    def __post_init__(self) -> None:
        stray = [name for name in ("ca_file", "certificate_file", "key_file") if getattr(self, name)]
        if stray and not self.tls:
            raise ValueError(f"{stray[0]} is set, but tls is not; set tls = true")
        if self.key_file and not self.certificate_file:
            raise ValueError("key_file is set, but certificate_file is not")
        if self.mechanism == "SCRAM-SHA-512" and not (self.user and self.password):
            raise ValueError("SCRAM-SHA-512 needs user and password (or password_file)")
        if self.mechanism == "OAUTHBEARER" and not self.token_file:
            raise ValueError("OAUTHBEARER needs token_file")
        if self.mechanism != "SCRAM-SHA-512" and (self.user or self.password):
            raise ValueError("user and password are for mechanism SCRAM-SHA-512")
        if self.mechanism != "OAUTHBEARER" and self.token_file:
            raise ValueError("token_file is for mechanism OAUTHBEARER")

    def check(self, bootstrap: str) -> None:
        """Raises ValueError where a login would go to another machine in the clear."""
        far = [host for host in _hosts(bootstrap) if not _is_loopback(host)]
        if self.mechanism and not self.tls and far and not self.allow_plaintext_login:
            raise ValueError(
                f"{self.mechanism} without TLS would show the login to the network on the way to {far[0]}; "
                "set tls = true, or allow_plaintext_login = true if meant"
            )

    def principal(self) -> str:
        """Who we are to the broker, for messages."""
        if self.mechanism:
            return f"user {self.user!r}" if self.user else "the bearer of the token"
        return f"the bearer of {self.certificate_file}" if self.certificate_file else "an anonymous client"

    def options(self) -> dict[str, Any]:
        """Aiokafka's arguments, but for the token provider. Raises OSError and ValueError for bad files."""
        options: dict[str, Any] = {
            "security_protocol": ("SASL_" if self.mechanism else "") + ("SSL" if self.tls else "PLAINTEXT")
        }
        if self.tls:
            options["ssl_context"] = self._context()
        if self.mechanism:
            options["sasl_mechanism"] = self.mechanism
        if self.password:
            options |= {"sasl_plain_username": self.user, "sasl_plain_password": self.password.reveal()}
        return options

    def token(self) -> str:
        """The token as it is now. Raises OSError where it cannot be read."""
        with Path(self.token_file).open("rb") as file:
            return file.read(MOST_TOKEN_BYTES).decode().strip()

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.ca_file or None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.certificate_file:
            context.load_cert_chain(
                self.certificate_file, self.key_file or None, password=self.key_password.reveal
            )
        return context


def _hosts(bootstrap: str) -> list[str]:
    return [address.strip().rpartition(":")[0].strip("[]") for address in bootstrap.split(",")]


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
