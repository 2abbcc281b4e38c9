"""Short hashes inside a feed's state: which entry, and what the feed said of it."""

import hashlib

from services.ingest.urls import canonical


def entry_key(url: str) -> str:
    """Key of an entry by its link; tracking parameters do not count."""
    return address_key(canonical(url) or url)


def address_key(address: str) -> str:
    """Key of an address that is canonical already, or that Newsfold made (`identity.fragment_address`)."""
    return digest("link", address)


def digest(*parts: str) -> str:
    """80 bits, hex: enough to tell the entries of one task apart, short enough to keep by the million."""
    hashed = hashlib.blake2b(digest_size=10)
    for part in parts:
        encoded = part.encode("utf-8", "replace")
        hashed.update(len(encoded).to_bytes(4, "big"))
        hashed.update(encoded)
    return hashed.hexdigest()
