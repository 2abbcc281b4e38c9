import pytest

from services.ingest.http.exchange import Exchange, answered
from services.ingest.polling.robots import FRESH_S, RETRY_S, Robots, agent_name
from services.stream.clock import ManualClock
from tests.unit.ingest.readings import START

PAGE = "https://paper.example/politics/1"
FILE = "https://paper.example/robots.txt"


class Server:
    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.asked: list[str] = []

    async def __call__(self, url: str, *, accept: str, cut_at: int) -> Exchange:
        assert accept
        assert cut_at
        self.asked.append(url)
        return self.exchange


def file(text: str) -> Exchange:
    return answered(FILE, 200, {}, body=text.encode())


async def allowed(exchange: Exchange, url: str = PAGE) -> bool:
    return (await Robots(Server(exchange), "newsfold", ManualClock(START)).permission(url)).allowed


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("User-agent: *\nDisallow: /", False),
        ("User-agent: *\nDisallow: /politics", False),
        ("User-agent: *\nDisallow: /politics\nAllow: /politics/1", True),
        ("User-agent: NewsFold\nDisallow: /\n\nUser-agent: *\nAllow: /", False),
        ("User-agent: newsfold\nAllow: /\n\nUser-agent: *\nDisallow: /", True),
        ("User-agent: other\nDisallow: /", True),
        ("User-agent: *\nDisallow:", True),
        ("", True),
        ("<html>no such page</html>", True),
        ("\ufeffUser-agent: *\r\nDisallow: /*/1$", False),
    ],
)
async def test_the_file_says_what_may_be_fetched(text: str, may: bool) -> None:
    assert await allowed(file(text)) is may


@pytest.mark.parametrize(
    ("status", "may"), [(404, True), (403, True), (410, True), (429, False), (503, False)]
)
async def test_no_file_allows_everything_and_a_server_that_fails_nothing(status: int, may: bool) -> None:
    assert await allowed(answered(FILE, status, {})) is may


async def test_a_server_that_is_not_there_allows_nothing_and_says_why() -> None:
    silence = Exchange(url=FILE, outcome="timeout", reason="not done within 20 s")
    permission = await Robots(Server(silence), "newsfold", ManualClock(START)).permission(PAGE)
    assert not permission.allowed
    assert permission.failure == silence


async def test_a_file_is_read_once_a_day_and_one_that_failed_again_soon() -> None:
    clock, server = ManualClock(START), Server(file(""))
    robots = Robots(server, "newsfold", clock)
    for _ in range(3):
        assert (await robots.permission(PAGE)).allowed
    assert server.asked == [FILE]
    await clock.sleep(FRESH_S + 1)
    server.exchange = answered(FILE, 500, {})
    assert not (await robots.permission(PAGE)).allowed
    await clock.sleep(RETRY_S + 1)
    server.exchange = file("")
    assert (await robots.permission(PAGE)).allowed
    assert len(server.asked) == 3


async def test_a_delay_is_kept_to_within_reason() -> None:
    for text, seconds in (("Crawl-delay: 5", 5.0), ("Crawl-delay: 86400", 60.0), ("", 0.0)):
        robots = Robots(Server(file(f"User-agent: *\n{text}")), "newsfold", ManualClock(START))
        assert robots.delay_s(PAGE) == 0.0, "nothing is known before the file is read"
        assert (await robots.permission(PAGE)).delay_s == seconds
        assert robots.delay_s(PAGE) == seconds


@pytest.mark.parametrize(
    ("header", "name"), [("newsfold/0.1", "newsfold"), ("Paper Bot/2 (+x)", "Paper"), (" ", "*")]
)
def test_rules_call_us_by_the_product_of_our_user_agent(header: str, name: str) -> None:
    assert agent_name(header) == name


async def test_the_files_that_are_remembered_are_bounded_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.ingest.polling.robots.MOST_BYTES", 250)
    server = Server(file("User-agent: *\nDisallow: /" + "x" * 75))
    robots = Robots(server, "newsfold", ManualClock(START))
    sites = [f"https://paper-{number}.example" for number in (1, 2, 3, 1, 3)]
    for site in sites:
        await robots.permission(f"{site}/a")
    assert server.asked == [f"{site}/robots.txt" for site in sites[:4]], (
        "the first was forgotten, the third not"
    )
