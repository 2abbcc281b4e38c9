"""Which request may begin: limits hold across feeders, nothing is forgotten, nobody waits for nothing."""

import math
from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.ingest.polling.agenda import Appointment
from services.ingest.polling.dispatcher import Dispatcher, Request
from services.ingest.polling.traffic import Manners, Traffic

POLITE = Manners(per_host=1, per_domain=2, gap_s=1.0)
HOSTS = [f"{name}.{domain}.example" for domain in ("paper", "daily") for name in ("www", "news", "sport")]
PLACES = st.lists(st.tuples(st.integers(0, 1), st.sampled_from(HOSTS)), min_size=1, max_size=30)


def request(host: str, number: int = 0) -> Request:
    url = f"https://{host}/{number}"
    return Request(url, Appointment("feed", url))


def domain(url: str) -> str:
    return url.split("/")[2].split(".")[1]


@given(PLACES, st.integers(1, 5))
def test_all_begins_in_the_end_within_the_limits_and_in_order_of_a_feeders_host(
    places: list[tuple[int, str]], seconds: int
) -> None:
    traffic = Traffic(POLITE)
    feeders = [Dispatcher(traffic), Dispatcher(traffic)]
    for number, (which, host) in enumerate(places):
        feeders[which].put(request(host, number))
    begun: list[tuple[float, int, str]] = []
    under_way: list[tuple[float, str]] = []
    now = 0.0
    while len(begun) < len(places):
        for which, feeder in enumerate(feeders):
            while one := feeder.take(now):
                begun.append((now, which, one.url))
                under_way.append((now + seconds, one.url))
        assert max(Counter(url.split("/")[2] for _, url in under_way).values()) <= POLITE.per_host
        assert max(Counter(domain(url) for _, url in under_way).values()) <= POLITE.per_domain
        ends = min((end for end, _ in under_way), default=math.inf)
        now = min(ends, *(feeder.soonest() for feeder in feeders))
        assert now < math.inf, "something waits and nothing will wake it"
        for _, url in [one for one in under_way if one[0] <= now]:
            traffic.end(url)
        under_way = [one for one in under_way if one[0] > now]
    for host in HOSTS:
        times = [at for at, _, url in begun if f"/{host}/" in url]
        assert all(later - earlier >= POLITE.gap_s for earlier, later in pairwise(times))
        for which in (0, 1):
            numbers = [int(url.split("/")[3]) for _, by, url in begun if by == which and f"/{host}/" in url]
            assert numbers == sorted(numbers)
    assert not any(map(len, feeders))


def test_a_host_that_is_taken_is_in_nobodys_way() -> None:
    dispatcher = Dispatcher(Traffic(POLITE))
    for number in range(3):
        dispatcher.put(request("www.paper.example", number))
    dispatcher.put(request("www.daily.example"))
    first, second = dispatcher.take(0.0), dispatcher.take(0.0)
    assert first
    assert second
    assert [first.url, second.url] == ["https://www.paper.example/0", "https://www.daily.example/0"]
    assert dispatcher.take(0.5) is None


def test_another_feeder_wakes_the_one_that_waits_for_the_end_of_its_request() -> None:
    traffic, woken = Traffic(POLITE), list[str]()
    first, second = Dispatcher(traffic), Dispatcher(traffic, woken=lambda: woken.append("second"))
    first.put(request("www.paper.example"))
    second.put(request("www.paper.example", 1))
    assert first.take(0.0)
    assert second.take(5.0) is None
    assert (second.waits_for_others, second.soonest(), woken) == (True, math.inf, [])
    traffic.end("https://www.paper.example/0")
    assert woken == ["second"]
    assert second.take(5.0)


def test_a_feeder_that_closes_leaves_its_turn_to_the_next() -> None:
    traffic = Traffic(POLITE)
    first, second, third = (Dispatcher(traffic) for _ in range(3))
    for number, one in enumerate((first, second, third)):
        one.put(request("www.paper.example", number))
        one.take(0.0)
    traffic.end("https://www.paper.example/0")
    second.close()
    assert third.take(9.0)


def test_what_a_site_wants_between_two_requests_is_kept() -> None:
    traffic = Traffic(POLITE)
    dispatcher = Dispatcher(traffic, gap_s=lambda _: 30.0)
    for number in range(2):
        dispatcher.put(request("www.paper.example", number))
    first = dispatcher.take(0.0)
    assert first
    traffic.end(first.url)
    assert dispatcher.take(29.0) is None
    assert dispatcher.soonest() == 30.0
    assert dispatcher.take(30.0)


def test_a_thousand_hosts_that_wait_are_not_looked_at_when_another_answers() -> None:
    looked = Counter[str]()

    class Counted(Traffic):
        def wait_s(self, url: str, now: float) -> float:
            looked[url] += 1
            return super().wait_s(url, now)

    traffic = Counted(Manners(per_host=1, per_domain=1, gap_s=0.0))
    dispatcher = Dispatcher(traffic)
    for number in range(1_000):
        for page in range(2):
            dispatcher.put(request(f"www.paper-{number}.example", page))
    begun = [one.url for _ in range(1_000) if (one := dispatcher.take(0.0))]
    assert dispatcher.take(0.0) is None
    before = looked.total()
    traffic.end(begun[0])
    assert dispatcher.take(0.0)
    assert looked.total() - before <= 2
