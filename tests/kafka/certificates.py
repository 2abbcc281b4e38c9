"""A small authority for the tests: made anew each time, with the openssl that is installed."""

import shutil
import subprocess
from pathlib import Path

from tests.kafka.jars import Unavailable


class Authority:
    """Signs PEM certificates for loopback. All files lie in `folder`."""

    def __init__(self, folder: Path, name: str) -> None:
        found = shutil.which("openssl")
        if found is None:
            raise Unavailable("openssl is not installed, so TLS cannot be tested")
        self._openssl = found
        self._folder = folder
        self._key = folder / f"{name}.key"
        self.certificate = folder / f"{name}.pem"
        self._run("req", "-x509", *_NEW_KEY, "-keyout", self._key, "-out", self.certificate, *_named(name))

    def sign(self, name: str) -> Path:
        """A PEM file with the key (PKCS#8), then its certificate, then ours."""
        key, request, both = (self._folder / f"{name}.{end}" for end in ("key", "csr", "chain.pem"))
        self._run("req", *_NEW_KEY, "-keyout", key, "-out", request, *_named(name))
        extensions = self._folder / f"{name}.ext"
        extensions.write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
        own = self._folder / f"{name}.pem"
        self._run(
            *("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self._key),
            *("-CAcreateserial", "-days", "2", "-extfile", extensions, "-out", own),
        )
        both.write_text("".join(part.read_text() for part in (key, own, self.certificate)))
        return both

    def _run(self, *arguments: str | Path) -> None:
        told = subprocess.run(
            [self._openssl, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60
        )
        if told.returncode:
            raise Unavailable(f"openssl {arguments[0]} failed: {told.stderr[-300:]}")


_NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")


def _named(name: str) -> tuple[str, str]:
    return "-subj", f"/CN={name}"
