from hypothesis import given
from hypothesis import strategies as st

from services.ingest.polling.traffic import Manners, Traffic

POLITE = Manners(per_host=2, per_domain=3, gap_s=1.0)
URLS = st.sampled_from(
    [f"https://{name}.paper.example/{page}" for name in ("www", "news", "sport") for page in (1, 2)]
    + ["https://other.test/1", "http://127.0.0.1:8000/1"]
)
WWW = "https://www.paper.example/1"


@given(st.lists(st.tuples(URLS, st.floats(0, 5), st.booleans()), max_size=60))
def test_no_host_and_no_domain_gets_more_at_once_than_allowed(
    asked: list[tuple[str, float, bool]],
) -> None:
    traffic, now, under_way = Traffic(POLITE), 0.0, list[str]()
    for url, passed, ends in asked:
        now += passed
        if ends and under_way:
            traffic.end(under_way.pop(0))
        if traffic.admits(url, now):
            traffic.begin(url, now)
            under_way.append(url)
        hosts = [one.split("/")[2] for one in under_way]
        assert all(hosts.count(host) <= POLITE.per_host for host in hosts)
        assert sum("paper.example" in host for host in hosts) <= POLITE.per_domain


def test_requests_to_one_host_begin_a_gap_apart_and_others_do_not_wait() -> None:
    traffic = Traffic(POLITE)
    traffic.begin(WWW, 10.0)
    assert not traffic.admits(WWW, 10.9)
    assert traffic.admits(WWW, 11.0)
    assert traffic.admits("https://news.paper.example/1", 10.0)


def test_a_gap_that_the_site_asks_for_is_kept_where_it_is_the_longer_one() -> None:
    traffic = Traffic(POLITE)
    traffic.begin(WWW, 10.0, gap_s=5.0)
    assert traffic.wait_s(WWW, 10.0) == 5.0


def test_this_machine_is_asked_without_a_gap() -> None:
    traffic = Traffic(POLITE)
    traffic.begin("http://127.0.0.1:8000/1", 10.0)
    assert traffic.admits("http://127.0.0.1:8000/2", 10.0)


def test_a_pause_holds_the_host_or_where_the_operator_says_so_the_whole_domain() -> None:
    by_host, by_domain = Traffic(POLITE), Traffic(Manners(pause_scope="domain"))
    for traffic in (by_host, by_domain):
        traffic.pause(WWW, 100.0, 0.0)
        assert not traffic.admits(WWW, 99.0)
        assert traffic.admits(WWW, 100.0)
    assert by_host.admits("https://news.paper.example/1", 99.0)
    assert not by_domain.admits("https://news.paper.example/1", 99.0)
    assert len(by_domain) == 1


def test_what_is_over_is_forgotten_however_many_hosts_there_are() -> None:
    traffic = Traffic(POLITE)
    for number in range(20_000):
        url = f"https://paper-{number}.example/1"
        traffic.begin(url, number / 100)
        traffic.end(url)
        assert not traffic.admits(url, number / 100 + 0.5), "what is not over stands"
    assert len(traffic) <= 2_048
