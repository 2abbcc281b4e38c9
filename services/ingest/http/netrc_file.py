"""Logins out of a netrc file, as curl and ftp read it.

`machine paper.example` is for https on its usual port. A site without TLS, or on another port, is named by
its origin: `machine http://intranet.example:8080`. `default` is for every host, and so for none here.
"""

import netrc
from pathlib import Path
from stat import S_IRWXG, S_IRWXO

from services.ingest.http.credentials import Credentials, Login
from services.ingest.urls import canonical
from services.ops.secret import Secret

MAX_BYTES = 1 << 20


class BadNetrc(ValueError):
    """One line: which file, what is wrong, what to do. Never what it says."""


def read_netrc(path: Path) -> Credentials:
    """Raises `BadNetrc`."""
    try:
        about = path.stat()
        if about.st_mode & (S_IRWXG | S_IRWXO):
            raise BadNetrc(f"{path}: others may read it; chmod 600 {path}")
        if about.st_size > MAX_BYTES:
            raise BadNetrc(f"{path}: larger than {MAX_BYTES:,} bytes; is it a netrc file?")
        machines = netrc.netrc(str(path)).hosts
    except netrc.NetrcParseError as error:
        raise BadNetrc(f"{path}: not a netrc file: line {error.lineno} cannot be read") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise BadNetrc(f"{path}: cannot be read: {reason}") from None
    return Credentials(
        _login(path, machine, user, password)
        for machine, (user, _, password) in machines.items()
        if machine != "default"
    )


def _login(path: Path, machine: str, user: str, password: str) -> Login:
    url = machine if "://" in machine else f"https://{machine}"
    if canonical(url) is None:
        raise BadNetrc(f"{path}: machine {machine[:200]!r} is neither a host nor http(s)://HOST:PORT")
    return Login(f"{url.rstrip('/')}/", user or "", Secret(password or ""))
