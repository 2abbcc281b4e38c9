"""What can be configured in the sections that belong to no single service, with range and default."""

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Annotated, Literal

from msgspec import Meta, Struct

from services.contracts.stories import Preference
from services.contracts.topics import DEFAULT_PREFIX, Sharding
from services.ops.secret import Secret

BUS_ADDRESS = r"^(memory|sqlite:.+|kafka:[^\s:/,]+:[0-9]{1,5}(,[^\s:/,]+:[0-9]{1,5})*)$"
FUNCTION = r"^([A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*)?$"
LISTEN_ADDRESS = r"^(\[[0-9a-fA-F:.]+\]|[^\s:\[\]]+):[0-9]{1,5}$"


PUSH_KEY_LEAST = 16


class BusSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[bus]`: where the log is."""

    url: Annotated[str, Meta(pattern=BUS_ADDRESS)] = "sqlite:var/newsfold.db"
    """`memory`, `sqlite:FILE` or `kafka:HOST:PORT`."""
    prefix: Annotated[str, Meta(pattern=r"^[a-zA-Z0-9._-]{0,64}$")] = DEFAULT_PREFIX
    """Stands before every topic name on Kafka."""
    wait_s: Annotated[float, Meta(ge=0, le=3600)] = 60.0
    """Seconds to wait for a bus that is away, with growing delay, before giving up with exit code 3."""
    state_dir: Annotated[str, Meta(max_length=1000)] = ""
    """Folder of snapshots and images, fast ways to a service's state, and of what dedup remembers beside its
    memory: about 7 kB a live article, in files without a name or with that of an image, and 1 kB an image.
    Empty: `FILE-state` beside `sqlite:FILE`, `var/state` on Kafka. May be lost at any time; never shared by
    two installations."""
    snapshot_every_s: Annotated[float, Meta(ge=0, le=21_600)] = 900.0
    """How often snapshots and images are written while running; also when stopped. 0: never."""
    halt_s: Annotated[float, Meta(ge=1, le=3600)] = 30.0
    """A partition whose dead letters cannot be written, or most of whose input is bad, stands still with
    nothing committed while the others go on; how often it is tried again."""
    dead_run: Annotated[int, Meta(ge=1, le=1_000_000)] = 100
    """More unusable inputs in a row than this, and a partition halts: the fault is hardly in the input."""
    dead_share: Annotated[float, Meta(gt=0, le=1)] = 0.5
    """A larger share of unusable inputs among the last thousand, and a partition halts. 1: never."""
    compact_every_s: Annotated[float, Meta(ge=1, le=86_400)] = 3600.0
    """How often the embedded log drops what the topic table lets it forget; Kafka does it by itself."""
    session_s: Annotated[float, Meta(ge=1, le=300)] = 10.0
    """Kafka: seconds without a sign of life after which a member's partitions go to its peers."""
    instance: Annotated[str, Meta(pattern=r"^[a-zA-Z0-9._-]{0,200}$")] = ""
    """Kafka: the process's own name in its groups (KIP-345), never given to two at once. Restarted within
    `session_s` under the same name it keeps its partitions. Only where `enrich.workers` is 1."""
    standby: bool = False
    """Kafka: follow the state of the partitions that other processes own, so that one that comes here is
    worked on at once. Each process then holds the state of all partitions, in memory and in `state_dir`.
    Several `enrich.workers` of one process keep none."""


class IngestSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[ingest]`: how feeds and pages are fetched."""

    user_agent: Annotated[str, Meta(min_length=1, max_length=200)] = "newsfold/0.1"
    allow_net: tuple[str, ...] = ()
    """Private address ranges (CIDR) the fetcher may reach; `--allow-net` adds to them."""
    sharding: Sharding = "one"
    """`one`: every text is compared with every other, whatever its language, by one worker of dedup.
    `language`: each language group in a shard of its own, so that four can work; a text, or half a text,
    in the language of another group is then not found. Chosen once, before the first article."""
    netrc: Annotated[str, Meta(max_length=1000)] = ""
    """A netrc file with the logins of sites that ask for one, readable by its owner alone; empty: none."""
    parsers: Annotated[int, Meta(ge=1, le=64)] = 2
    """Processes that parse feeds and pages."""
    poll_s: Annotated[float, Meta(ge=10, le=604_800)] = 900.0
    """Seconds between two polls of a feed that brings an entry an hour. One that brings sixteen is polled
    four times as often, one that brings four a day half as often; `[[feed]] poll_s` is for one alone."""
    poll_shortest_s: Annotated[float, Meta(ge=10, le=604_800)] = 120.0
    poll_longest_s: Annotated[float, Meta(ge=10, le=604_800)] = 86_400.0
    """Bounds of that, whatever a feed's rhythm or its publisher says."""
    in_flight: Annotated[int, Meta(ge=1, le=1000)] = 32
    """Requests at once, of each partition of feeds."""
    per_host: Annotated[int, Meta(ge=1, le=100)] = 2
    """Requests at once to one host, of the whole process."""
    per_domain: Annotated[int, Meta(ge=1, le=1000)] = 4
    """Requests at once to all hosts of one registered domain, of the whole process."""
    gap_s: Annotated[float, Meta(ge=0, le=60)] = 0.5
    """Seconds from the begin of one request to a host to the next; none for this machine itself."""
    pause_scope: Literal["host", "domain"] = "host"
    """Who is left alone when an answer (429, 503) asks for a pause by Retry-After."""
    robots: Literal["obey", "ignore"] = "obey"
    """Whether pages are fetched only where robots.txt allows it, as far apart as it wishes."""
    recheck: Literal["on", "off"] = "off"
    """Whether pages whose articles are out are looked at again, for edits that no feed tells of: up to four
    times in two days, more often where edits were found. `off` because a guest asks for a page once unless
    somebody wants to know."""
    contact: Annotated[str, Meta(max_length=200, pattern=r"^[^\s()]*$")] = ""
    """An address, of a page or of mail, at which publishers reach you: it stands behind `user_agent`."""
    tick_s: Annotated[float, Meta(ge=0.1, le=600)] = 5.0
    """How often idle feeds say that time has passed; stories wait for it."""
    canary_every_s: Annotated[float, Meta(ge=0, le=300)] = 0.0
    """Seconds from one canary to the next: a synthetic article through everything, never shown to newsrooms,
    whose way to its story is measured. 0: none. Never in a replay, a recording or one round (`--once`)."""
    push_url: Annotated[str, Meta(max_length=500, pattern=r"^(https?://[^\s?#]+)?$")] = ""
    """The address at which hubs (WebSub) reach `push_listen`, from outside. Where a feed names a hub, it is
    asked to tell of news, and the feed is polled when it does. Each process that follows feeds needs one of
    its own. Empty: no hub is asked."""
    push_listen: Annotated[str, Meta(pattern=LISTEN_ADDRESS)] = "127.0.0.1:9465"
    """HOST:PORT of the server for hubs; a proxy with TLS stands before it. Port 0 takes any free one."""
    push_expose: bool = False
    """Allow `push_listen` to be reachable from other machines."""
    push_key: Secret = Secret()
    """What the hubs' secrets are made of, at least 16 characters; keep it, or pushes are lost until the
    leases are renewed. `push_key_file` reads it from a file."""
    push_lease_s: Annotated[float, Meta(ge=300, le=1_209_600)] = 604_800.0
    """How long a hub is asked to push before it is asked again; it may grant something else."""
    wire_bytes: Annotated[int, Meta(ge=65_536, le=268_435_456)] = 15 << 20
    """Largest body as sent."""
    decoded_bytes: Annotated[int, Meta(ge=65_536, le=268_435_456)] = 15 << 20
    """Largest body after decompression."""
    total_s: Annotated[float, Meta(ge=1, le=600)] = 20.0
    """Seconds for one fetch, redirects included."""
    connect_s: Annotated[float, Meta(ge=0.1, le=120)] = 5.0
    read_s: Annotated[float, Meta(ge=0.1, le=120)] = 10.0
    """Longest silence of a server."""
    redirects: Annotated[int, Meta(ge=0, le=20)] = 5

    def __post_init__(self) -> None:
        for net in self.allow_net:
            network(net)
        if self.push_url and len(self.push_key.reveal()) < PUSH_KEY_LEAST:
            raise ValueError(f"push_url is set, and push_key has less than {PUSH_KEY_LEAST} characters")
        host, _ = host_and_port(self.push_listen)
        if not (self.push_expose or is_loopback(host)):
            raise ValueError(
                f"push_listen = {self.push_listen!r} is reachable from other machines; "
                "set push_expose = true if meant"
            )
        if not self.poll_shortest_s <= self.poll_s <= self.poll_longest_s:
            raise ValueError(
                f"poll_s = {self.poll_s:g} is not between poll_shortest_s = {self.poll_shortest_s:g} "
                f"and poll_longest_s = {self.poll_longest_s:g}"
            )

    def agent(self) -> str:
        """The User-Agent of every request."""
        return f"{self.user_agent} (+{self.contact})" if self.contact else self.user_agent

    def networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        return tuple(network(net) for net in self.allow_net)


class EnrichSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[enrich]`: clusters into stories."""

    workers: Annotated[int, Meta(ge=1, le=64)] = 1
    """Members of the group in this process."""
    best: Preference = "original"
    """Whose headline and lead a story shows: `original` is the latest state of its original unless another
    text is much fuller, `complete` the fullest, `recent` the latest."""
    extractor: Annotated[str, Meta(pattern=FUNCTION, max_length=200)] = ""
    """`package.module:function` that reads what texts say in the place of the rules; empty: the rules. See
    [extending.md](extending.md#an-extractor-of-your-own)."""
    embedder: Annotated[str, Meta(pattern=FUNCTION, max_length=200)] = ""
    """`package.module:function` that makes numbers of a text, by which reports in different languages are
    compared; empty: none. See [extending.md](extending.md#an-embedder-of-your-own)."""


class OpsSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[ops]`: logs, health, metrics, shutdown."""

    listen: Annotated[str, Meta(pattern=LISTEN_ADDRESS)] = "127.0.0.1:9464"
    """HOST:PORT of `/livez`, `/readyz` and `/metrics`; port 0 takes any free one."""
    expose: bool = False
    """Allow `listen` to be reachable from other machines."""
    token: Secret = Secret()
    """When set, `/readyz` and `/metrics` ask for it as a bearer token. `token_file` reads it from a file."""
    log_format: Literal["auto", "json", "console"] = "auto"
    """`auto` is console in a terminal and JSON lines elsewhere."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    drain_s: Annotated[float, Meta(ge=1, le=300)] = 7.0
    """Seconds that running work gets to finish after the first SIGTERM or SIGINT. Where the cluster does not
    answer, its clients take 2 s more to end."""
    stall_s: Annotated[float, Meta(ge=5, le=3600)] = 30.0
    """Seconds without a turn of a run loop after which `/livez` fails."""

    silence_s: Annotated[float, Meta(ge=0.5, le=300)] = 5.0
    """Seconds without an answer of the bus after which `/readyz` fails; `/livez` goes on."""
    heartbeat_file: Annotated[str, Meta(max_length=1000)] = ""
    """A file touched every second while the loop turns, for probes without HTTP; empty: none."""

    def __post_init__(self) -> None:
        host, port = self.address()
        if port > 65_535:
            raise ValueError(f"listen names port {port}; allowed: 0 (any free one) to 65535")
        if not (self.expose or is_loopback(host)):
            raise ValueError(
                f"listen = {self.listen!r} is reachable from other machines; set expose = true if meant"
            )

    def address(self) -> tuple[str, int]:
        """Host and port of `listen`."""
        return host_and_port(self.listen)


def host_and_port(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    return host.strip("[]"), int(port)


class DeskSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[desk]`: the pages on which people look at stories."""

    serve: bool = True
    """`newsfold run all` serves them too, unless it makes one round."""
    listen: Annotated[str, Meta(pattern=LISTEN_ADDRESS)] = "127.0.0.1:9470"
    """HOST:PORT; port 0 takes any free one."""
    expose: bool = False
    """Allow `listen` to be reachable from other machines: it needs `hosts`, and `token` or `proxies`."""
    hosts: tuple[str, ...] = ()
    """Names under which it is asked for, without ports, beside those of this machine; others are refused."""
    token: Secret = Secret()
    """When set, it is asked for, as a bearer token or as the password of a browser's dialogue. `token_file`
    reads it from a file."""
    proxies: tuple[str, ...] = ()
    """Addresses (CIDR) of the proxy that lets people in: nobody else is answered."""
    texts: Literal["full", "passages", "none"] = "full"
    """How much of the articles' text is shown: all, only what two of them share, or none, which also keeps it
    out of the Desk's file, its search, its feeds and its raw records."""
    file: Annotated[str, Meta(max_length=1000)] = ""
    """What it reads the log into; may be lost at any time, and is made anew. Empty: `FILE-desk.db` beside
    `sqlite:FILE`, `var/desk.db` on Kafka. A second Desk at the same place takes a file of its own."""
    links: tuple[str, ...] = ()
    """`NAME=ADDRESS` of dashboards, shown beside the counters."""

    def __post_init__(self) -> None:
        host, port = self.address()
        if port > 65_535:
            raise ValueError(f"listen names port {port}; allowed: 0 (any free one) to 65535")
        self.networks()
        for link in self.links:
            if not link.partition("=")[2].startswith(("http://", "https://")):
                raise ValueError(f"links has {link!r}; allowed: NAME=http://… or NAME=https://…")
        if is_loopback(host):
            return
        if not self.expose:
            raise ValueError(
                f"listen = {self.listen!r} is reachable from other machines; set expose = true if meant"
            )
        if not self.hosts or not (self.token or self.proxies):
            raise ValueError(
                "expose = true needs hosts, and token or proxies, so that not everybody is answered"
            )

    def address(self) -> tuple[str, int]:
        """Host and port of `listen`."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)

    def networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        return tuple(network(net) for net in self.proxies)

    def served_hosts(self) -> frozenset[str]:
        """Names that a request may ask for: those of this machine only where nobody else can."""
        own = {"localhost", "127.0.0.1", "[::1]"} if is_loopback(self.address()[0]) else set()
        return frozenset({*own, *(host.lower() for host in self.hosts)})


def network(text: str) -> IPv4Network | IPv6Network:
    """A range of addresses. Raises ValueError with what is allowed."""
    try:
        return ip_network(text)
    except ValueError:
        raise ValueError(
            f"{text!r} is no address range; allowed: CIDR such as 10.0.0.0/8 or fd00::/8"
        ) from None


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`. A name other than `localhost` counts as reachable."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class ReplaySettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[replay]`: how recordings are played, by `newsfold replay` and `newsfold run` with `--recording`."""

    workers: Annotated[int, Meta(ge=1, le=64)] = 1
    """Workers of dedup and of enrich each. The output does not depend on it."""
    speed: Annotated[float, Meta(ge=0, le=1_000_000)] = 0.0
    """The recording's time runs this many times as fast; 0 is as fast as the machine can."""
    forget: bool = False
    """Topics drop what is old, as they do for live feeds: for a recording of these days, on their topics."""
