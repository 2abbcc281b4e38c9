"""Hubs that push (WebSub, https://www.w3.org/TR/websub/): asked for pushes, verified, and told no more.

A push that proves itself by the secret given to its hub is a hint that the feed has news. Nothing it carries
is used: the feed is polled. So a hub that floods costs one poll in a while, and one that lies costs a poll.
"""

import hashlib
import hmac
from collections.abc import Callable, Container, Mapping
from http import HTTPStatus
from typing import NamedTuple, Protocol
from urllib.parse import urlencode, urlsplit

from services.contracts.feeds import PushLease
from services.ingest.http.callbacks import Receipt, Reply
from services.ingest.http.exchange import Exchange
from services.ingest.polling.traffic import Traffic, is_this_machine
from services.ingest.readings import LeaseReading
from services.stream.clock import Clock

SPACING_S = 15.0
"""From one poll that a hub asked for to the next of the same feed."""
PUSHES_MOST = 60
"""Pushes of one feed that are looked at in `WINDOW_S`; the rest is turned away unread."""
WINDOW_S = 60.0
_METHODS = frozenset({"sha1", "sha256", "sha384", "sha512"})


class HubSettings(NamedTuple):
    callback_url: str
    """The address by which hubs reach the callback server; a token of each feed's own goes behind it."""
    key: bytes
    """Tokens and secrets are made of it, so that they are the same after a restart and stand in no record."""
    lease_s: int = 7 * 24 * 3_600
    """Asked for; hubs grant what they like."""


class PostForm(Protocol):
    """A POST of a form."""

    async def __call__(self, url: str, form: bytes) -> Exchange: ...


class _Feed:
    """One whose hub was asked."""

    def __init__(self, feed_id: str, lease: PushLease, secret: bytes) -> None:
        self.feed_id = feed_id
        self.lease = lease
        self.secret = secret
        self.ended = False
        self.polled_at = float("-inf")
        self.window = (float("-inf"), 0)
        """Since when pushes are counted, and how many came."""


class Hubs:
    """What the hubs of a process's feeds were asked for, and what they told."""

    def __init__(
        self,
        settings: HubSettings,
        post: PostForm,
        clock: Clock,
        traffic: Traffic,
        count: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`count` takes the name of what became of a push or a verification."""
        self._settings = settings
        self._post = post
        self._clock = clock
        self._traffic = traffic
        self._count = count
        self._feeds: dict[str, _Feed] = {}
        """By token."""
        self._pushed: set[str] = set()
        """Ids of feeds whose hub told of news since their last poll."""
        self._readings: dict[str, LeaseReading] = {}

    def callback(self, feed_id: str) -> str:
        return f"{self._settings.callback_url.rstrip('/')}/{self._token(feed_id)}"

    def hold(self, feed_id: str, lease: PushLease) -> None:
        """Pushes of a feed are taken from here on."""
        token = self._token(feed_id)
        known = self._feeds.get(token)
        if known is None or known.lease.hub != lease.hub:
            self._feeds[token] = _Feed(feed_id, lease, self._secret(feed_id, lease.hub))
        else:
            known.lease, known.ended = lease, False

    def admits(self, hub: str) -> bool:
        """Whether the hub may be asked now."""
        return self._traffic.admits(hub, self._clock.monotonic())

    async def ask(self, feed_id: str, lease: PushLease) -> LeaseReading:
        """Ask for pushes. The hub verifies later, by itself."""
        self.hold(feed_id, lease)
        exchange = await self._asked(feed_id, lease, "subscribe")
        reason = "" if exchange.outcome == "ok" else f"{exchange.outcome}: {exchange.reason}"
        return LeaseReading(
            feed_id=feed_id,
            at=self._clock.now(),
            outcome="asked",
            callback=self.callback(feed_id),
            reason=reason,
        )

    async def end(self, feed_id: str, lease: PushLease) -> LeaseReading:
        """Ask for no more pushes; what comes in spite of it is answered with 410."""
        self.hold(feed_id, lease)
        self._feeds[self._token(feed_id)].ended = True
        self._pushed.discard(feed_id)
        await self._asked(feed_id, lease, "unsubscribe")
        return LeaseReading(feed_id=feed_id, at=self._clock.now(), outcome="ended")

    def take(self, feed_ids: Container[str]) -> list[LeaseReading]:
        """What hubs said of their leases since the last time."""
        own = [one for one in self._readings.values() if one.feed_id in feed_ids]
        for one in own:
            del self._readings[one.feed_id]
        return own

    def pushed(self, feed_ids: Container[str]) -> list[str]:
        """Feeds that are to be polled because their hub told of news."""
        now = self._clock.monotonic()
        return sorted(
            feed_id
            for feed_id in self._pushed
            if feed_id in feed_ids and now - self._feeds[self._token(feed_id)].polled_at >= SPACING_S
        )

    def begin(self, feed_id: str) -> bool:
        """A feed is polled now; whether its hub had told of news."""
        if feed_id not in self._pushed:
            return False
        self._pushed.discard(feed_id)
        self._feeds[self._token(feed_id)].polled_at = self._clock.monotonic()
        return True

    # --- what hubs ask and send ------------------------------------------------------------------

    def verify(self, token: str, query: Mapping[str, str]) -> Reply:
        """Whether this side did ask what a hub says it asked; then the challenge goes back."""
        feed, mode = self._feeds.get(token), query.get("hub.mode", "")
        known = feed is not None and query.get("hub.topic") == feed.lease.topic
        if feed is None or not known or mode not in {"subscribe", "unsubscribe", "denied"}:
            self._count("unknown")
            return Reply(HTTPStatus.NOT_FOUND)
        if mode == "denied":
            self._tell(feed, "refused", reason=query.get("hub.reason", "the hub gives no reason"))
            return Reply(HTTPStatus.OK)
        if (mode == "unsubscribe") is not feed.ended:
            self._count("unknown")
            return Reply(HTTPStatus.NOT_FOUND)
        if mode == "subscribe":
            lease_s = query.get("hub.lease_seconds", "")
            granted = int(lease_s[:9]) if lease_s.isascii() and lease_s.isdigit() else self._settings.lease_s
            self._tell(feed, "active", lease_s=granted)
        self._count("verified")
        return Reply(HTTPStatus.OK, query.get("hub.challenge", "")[:1_000].encode())

    def receive(self, token: str, signature: str) -> Receipt | Reply:
        feed = self._feeds.get(token)
        if feed is None or feed.ended:
            self._count("unknown")
            return Reply(HTTPStatus.GONE if feed else HTTPStatus.NOT_FOUND)
        if not self._has_room(feed):
            self._count("flood")
            return Reply(HTTPStatus.TOO_MANY_REQUESTS)
        return _Push(feed.secret, signature, lambda outcome: self._heard(feed, outcome))

    def _heard(self, feed: _Feed, outcome: str) -> None:
        if outcome == "taken":
            self._pushed.add(feed.feed_id)
        self._count(outcome)

    def _has_room(self, feed: _Feed) -> bool:
        since, came = feed.window
        now = self._clock.monotonic()
        feed.window = (now, 1) if now - since > WINDOW_S else (since, came + 1)
        return feed.window[1] <= PUSHES_MOST

    def _tell(self, feed: _Feed, outcome: str, *, lease_s: int = 0, reason: str = "") -> None:
        self._readings[feed.feed_id] = LeaseReading(
            feed_id=feed.feed_id,
            at=self._clock.now(),
            outcome="active" if outcome == "active" else "refused",
            callback=self.callback(feed.feed_id),
            lease_s=lease_s,
            reason=reason,
        )

    async def _asked(self, feed_id: str, lease: PushLease, mode: str) -> Exchange:
        form = {"hub.mode": mode, "hub.topic": lease.topic, "hub.callback": self.callback(feed_id)}
        if mode == "subscribe":
            form["hub.lease_seconds"] = str(self._settings.lease_s)
            if secret := self._secret(feed_id, lease.hub):
                form["hub.secret"] = secret.decode()
        self._traffic.begin(lease.hub, self._clock.monotonic())
        try:
            return await self._post(lease.hub, urlencode(form).encode())
        finally:
            self._traffic.end(lease.hub)

    def _token(self, feed_id: str) -> str:
        return self._keyed("token", feed_id)[:32]

    def _secret(self, feed_id: str, hub: str) -> bytes:
        """Nothing for a hub that would be told of it in the clear (5.1)."""
        parts = urlsplit(hub)
        private = parts.scheme == "https" or is_this_machine(parts.hostname or "")
        return self._keyed("secret", feed_id, hub).encode() if private else b""

    def _keyed(self, *words: str) -> str:
        return hmac.new(self._settings.key, "\n".join(words).encode(), hashlib.sha256).hexdigest()


class _Push:
    """The body of one push: only its proof is kept."""

    def __init__(self, secret: bytes, signature: str, heard: Callable[[str], None]) -> None:
        method, _, self._claimed = signature.partition("=")
        known = method.lower() in _METHODS
        self._proof = hmac.new(secret, digestmod=method.lower()) if secret and known else None
        self._open = not secret
        self._heard = heard

    def take(self, piece: bytes) -> None:
        if self._proof:
            self._proof.update(piece)

    def reply(self) -> Reply:
        """The same for what proves itself and what does not (8): nobody shall learn by trying."""
        proved = self._open or (
            self._proof is not None and hmac.compare_digest(self._proof.hexdigest(), self._claimed.lower())
        )
        self._heard("taken" if proved else "unsigned")
        return Reply(HTTPStatus.ACCEPTED)
