"""What must not reach a log: credentials, in URLs or beside their names; control characters of strangers."""

import re
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

SECRET_NAMES = frozenset(
    {
        "access_token",
        "api_key",
        "apikey",
        "auth",
        "client_secret",
        "code",
        "key",
        "password",
        "passwd",
        "pwd",
        "secret",
        "session",
        "sessionid",
        "sid",
        "sig",
        "signature",
        "token",
        "x-amz-credential",
        "x-amz-signature",
        "x-amz-security-token",
    }
)
_URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^\s\"'<>]+")
_USERINFO = re.compile(r"(?<=://)[^\s/?#]+@")
_BEARER = re.compile(r"\b(Bearer|Basic|Digest) +[\w.~+/=-]{12,}", re.IGNORECASE)
_NAMED = re.compile(
    r"((?:password|passwd|secret|token|api[_-]?key|authorization)[\"']?\s*[:=]\s*[\"']?)[^\s\"',;&)}\]]+",
    re.IGNORECASE,
)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def redact(value: Any, limit: int) -> Any:
    """`value` with every string in it cleaned and cut to `limit` characters; containers are walked."""
    match value:
        case str():
            return _redact_text(value, limit)
        case dict():
            return {key: redact(part, limit) for key, part in value.items()}
        case list() | tuple():
            return [redact(part, limit) for part in value]
        case _:
            return value


def _redact_text(value: str, limit: int) -> str:
    cut = value if len(value) <= limit else f"{value[:limit]}… ({len(value)} characters)"
    # What cannot be there is not looked for: most strings are words and numbers. Users and passwords first of
    # all and by themselves: a password may hold what ends an address.
    if "://" in cut:
        cut = _URL.sub(lambda found: public_url(found.group()), _USERINFO.sub("", cut))
    if " " in cut:
        cut = _BEARER.sub(r"\1 ***", cut)
    if ":" in cut or "=" in cut:
        cut = _NAMED.sub(r"\1***", cut)
    return cut if cut.isprintable() else _CONTROL.sub("�", cut)


def public_url(url: str) -> str:
    """The address without userinfo and with the values of secret-looking query fields as `***`."""
    try:
        parts = urlsplit(url)
        query = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return "(unreadable URL)"
    host = parts.netloc.rpartition("@")[2]
    if not any(name.lower() in SECRET_NAMES for name, _ in query):
        return urlunsplit(parts._replace(netloc=host))
    public = [(name, "***" if name.lower() in SECRET_NAMES else field) for name, field in query]
    return urlunsplit(parts._replace(netloc=host, query=urlencode(public, safe="*")))
