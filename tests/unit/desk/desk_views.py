"""Views of invented stories, as queries would give them; `evil` puts a text into every field."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from services.contracts.facts import Name, Quote
from services.contracts.relations import Passage
from services.contracts.stories import Edit, Role, StoryState, Update
from services.desk.views.accounts import Account, AccountsPage, Part, ReadingRow, SkippedRow, WatermarkRow
from services.desk.views.compare import ComparePage
from services.desk.views.dead_letters import DeadLetterCount, DeadLetterRow, DeadLettersPage
from services.desk.views.event import EventPage
from services.desk.views.feeds import FeedRow, FeedsPage, PollRow, StatusCount, UnusedRow
from services.desk.views.frame import Frame, Link
from services.desk.views.front import FrontPage
from services.desk.views.help import HelpPage, KeyRow, ProblemPage, WordRow
from services.desk.views.outlets import OutletPage, OutletRow, OutletsPage, TakesFrom
from services.desk.views.record import HeaderRow, RecordPage
from services.desk.views.rows import (
    CopyRow,
    EventRow,
    Facet,
    FacetValue,
    FigureRow,
    FigureValue,
    Paging,
    Spread,
    StoryRow,
)
from services.desk.views.search import HitRow, SearchPage, SearchRow, Snippet
from services.desk.views.shape import View
from services.desk.views.story import ChangeRow, Edge, MemberRow, OriginView, PickupPoint, StoryPage
from services.desk.views.storyline import Chapter, StorylinePage
from services.desk.views.text import Piece, ShownText
from services.desk.views.versions import VersionRow, VersionsPage

NINE = datetime(2026, 3, 9, 9, 14, tzinfo=UTC)
FRAME = Frame(
    path="/",
    json_href="/.json",
    atom_href="/front.atom",
    as_of=NINE + timedelta(hours=9),
    horizon=NINE - timedelta(days=30),
    behind=3,
)
OUTLETS = (
    "hafenblatt.example",
    "talbote.example",
    "tagesspur.example",
    "marktblatt.example",
    "abend.example",
)
PAGING = Paging(page=2, size=20, total=61, previous_href="/?page=1", next_href="/?page=3")
TEXT = (
    "Marsum (dpa) - Im Hafen von Marsum ist in der Nacht aus einem Behälter Säure ausgelaufen. "
    "Elf Arbeiter kamen ins Krankenhaus.\nDie Feuerwehr streute Kalk. Rund 4800 Liter liefen auf den Kai."
)
NEWER = (
    TEXT.replace("Elf", "Vierzehn").replace("4800", "5200").replace("streute Kalk", "streute Kalk und Schaum")
)
RECORD = Link(label="record", href="/record/stories/0/17")


def row(number: int = 1, evil: str = "") -> StoryRow:
    """The first is the widest run."""
    outlets = 12 if number == 1 else max(1, 6 - number)
    return StoryRow(
        story_id=f"s{number}",
        revision=3,
        headline=evil or f"Säure läuft im Hafen aus: {number + 10} Arbeiter verletzt",
        lead=evil or TEXT.partition("\n")[0],
        lead_url=evil or "https://hafenblatt.example/a",
        language=evil or "de",
        spread=Spread(articles=outlets + 4, outlets=outlets, texts=2, copies=outlets + 2),
        first_seen_at=NINE + timedelta(minutes=7 * number),
        last_seen_at=NINE + timedelta(hours=4),
        velocity=2.5,
        origin=evil or ("dpa" if number % 3 else ""),
        origin_kind="agency",
        origin_sure=("proved", "likely", "undecided")[number % 3],
        outlets=(evil,) if evil else OUTLETS[:outlets],
        states=("corrected",) if number == 2 else (),
        spark=(1, 4, 7, 3, 2, 0, 1),
        folded=tuple(copy(n, evil) for n in range(1, 4)),
        more=9 if number == 1 else 0,
    )


def copy(number: int, evil: str = "") -> CopyRow:
    return CopyRow(
        article_id=f"a{number}",
        version_id=f"v{number}",
        url=evil or f"https://talbote.example/{number}",
        source=evil or OUTLETS[number % 5],
        title=evil or "Elf Verletzte nach Säureunfall",
        role="copy",
        first_seen_at=NINE + timedelta(minutes=20 * number),
        after_s=1_200 * number,
    )


def front(evil: str = "", stories: int = 6) -> FrontPage:
    values = tuple(
        FacetValue(value=evil or v, count=c, href=f"/?lang={v}") for v, c in (("de", 31), ("en", 4))
    )
    return FrontPage(
        rows=tuple(row(n, evil) for n in range(1, stories + 1)),
        facets=(Facet(name="lang", values=values), Facet(name="agency", values=values[:1])),
        paging=PAGING,
        earlier_href="/?at=2026-03-09T17:14",
    )


def member(number: int, evil: str = "") -> MemberRow:
    roles: tuple[Role, ...] = ("original", "copy", "copy", "rewrite", "update", "correction", "duplicate")
    role = roles[number % 7]
    parent = 0 if number < 4 else number - 3
    return MemberRow(
        article_id=f"a{number}",
        version_id=f"v{number}",
        url=evil or f"https://{OUTLETS[number % 5]}/{number}",
        source=evil or OUTLETS[number % 5],
        title=evil or ("Elf Verletzte nach Säureunfall", "Giftwolke über dem Hafen von Marsum")[number % 2],
        language=evil or "de",
        role=role,
        first_seen_at=NINE + timedelta(minutes=19 * number),
        after_s=1_140 * number,
        kind=None if number == 0 else "derivative" if role == "rewrite" else "syndicated",
        of_article_id=f"a{parent}" if number else "",
        of_source=(evil or OUTLETS[parent % 5]) if number else "",
        compare_href=f"/compare/v{number}/v{parent}" if number else "",
        shared=0.723 if number else 0.0,
        shared_words=131,
        added_words=(50, 2)[number % 2] if number else 0,
        words=181,
        versions=1 + number % 3,
        byline=evil or ("Von Ilse Kamper" if number == 3 else ""),
        agencies=(evil,) if evil else ("dpa",) if number % 2 else (),
        inferred=() if number % 2 else ("dpa",),
        correction_note=evil or ("In einer früheren Fassung stand zwölf." if role == "correction" else ""),
        of_withdrawn=number == 6,
    )


def edge(number: int, evil: str = "") -> Edge:
    return Edge(
        article_id=f"a{number}",
        source=evil or OUTLETS[number % 5],
        of=evil or "dpa",
        evidence=("credit",),
        sure=("proved", "likely", "undecided")[number % 3],
        reason=evil or "both credit dpa, from which either may have it",
        compare_href=f"/compare/v{number}/v0" if number % 2 else "",
    )


def figure(evil: str = "") -> FigureRow:
    values = ((11.0, "elf Arbeiter"), (14.0, "14 Arbeiter"), (14.0, "14 Arbeiter"))
    return FigureRow(
        label=evil or "Arbeiter",
        conflict=True,
        points=tuple(
            FigureValue(
                value=value,
                text=evil or text,
                source=evil or OUTLETS[n],
                at=NINE + timedelta(hours=2 * n),
                article_id=f"a{n}",
                version_id=f"v{n}",
                url=evil or "https://hafenblatt.example/a",
            )
            for n, (value, text) in enumerate(values)
        ),
    )


def event_row(evil: str = "") -> EventRow:
    return EventRow(
        event_id="e1",
        title=evil or "Säureunfall im Hafen",
        line=evil or "9 March, Marsum: Säureunfall im Hafen",
        stories=3,
        articles=17,
        first_seen_at=NINE,
        last_seen_at=NINE + timedelta(hours=7),
        storyline_id="l1",
    )


def story(evil: str = "", members: int = 9) -> StoryPage:
    return StoryPage(
        story=row(1, evil),
        best_reason=evil or "the original",
        origin=OriginView(
            name=evil or "dpa",
            kind="agency",
            reason=evil or "4 of 4 texts credit it; its own item was not seen",
            sure="proved",
            not_before=NINE - timedelta(minutes=4),
            not_after=NINE,
        ),
        members=tuple(member(n, evil) for n in range(members)),
        edges=tuple(edge(n, evil) for n in range(members)),
        pickup=tuple(
            PickupPoint(
                at=NINE + timedelta(minutes=19 * n),
                article_id=f"a{n}",
                source=evil or OUTLETS[n % 5],
                articles=n + 1,
                outlets=min(5, n + 1),
            )
            for n in range(members)
        ),
        figures=(figure(evil),),
        states=(StoryState(state="corrected", at=NINE, note=evil or "Richtig ist: vierzehn Arbeiter"),),
        changes=(
            ChangeRow(at=NINE, change="created", revision=1, source=evil or OUTLETS[0], record=RECORD),
            ChangeRow(at=NINE + timedelta(hours=1), change="grew", revision=2, source=evil or OUTLETS[1]),
        ),
        names=(Name(name=evil or "Henning Odefey", kind="person", count=3), Name(name=evil or "Marsum")),
        quotes=(Quote(text=evil or "Der Wind kam günstig.", speaker=evil or "Henning Odefey"),),
        keywords=(evil or "Hafen",),
        event=event_row(evil),
        storyline=Link(label=evil or "Hafen von Marsum", href="/storyline/l1"),
        neighbours=(row(4, evil),),
        merged_from=(Link(label=evil or "an older story", href="/story/s9"),),
        record=RECORD,
    )


def shown(text: str, name: str = "a", evil: str = "") -> ShownText:
    return ShownText(
        article_id=name,
        version_id=f"v{name}",
        url=evil or "https://hafenblatt.example/a",
        source=evil or ("hafenblatt.example" if name == "a" else "talbote.example"),
        title=evil or "Säure läuft im Hafen aus",
        language=evil or "de",
        first_seen_at=NINE,
        published_at=NINE - timedelta(hours=1),
        length=len(text),
        words=len(text.split()),
        pieces=(Piece(start=0, text=text),),
    )


def compare(evil: str = "", passages: tuple[Passage, ...] | None = None) -> ComparePage:
    left, right = (evil, evil) if evil else (NEWER, TEXT)
    kept = NEWER.index("Die Feuerwehr"), TEXT.index("Die Feuerwehr")
    given = (Passage(0, 60, 0, 60), Passage(kept[0], kept[0] + 20, kept[1], kept[1] + 20))
    return ComparePage(
        left=shown(left, "a", evil),
        right=shown(right, "b", evil),
        passages=given if passages is None else passages,
        related=True,
        kind="syndicated",
        note=evil,
        jaccard=0.4,
        containment=0.9998,
        other_containment=0.61,
        direction="first-seen",
        reason=evil or "98 % of its 5-word runs are in the other, which was seen first",
        after_s=840,
        story_id="s1",
        headline=evil or "Säure läuft im Hafen aus",
        swap_href="/compare/vb/va",
        next=Link(label=evil or "tagesspur.example and hafenblatt.example", href="/compare/v2/v1"),
        record=RECORD,
    )


def versions(evil: str = "") -> VersionsPage:
    update = Update(
        version_id="v2",
        replaced_version_id="v1",
        figures=(Edit(before=evil or "4800 Liter", after=evil or "5200 Liter"),),
        names_added=(evil or "Ilse Kamper",),
        words_added=3,
        words_dropped=2,
        note=evil,
    )
    return VersionsPage(
        article_id="a1",
        url=evil or "https://hafenblatt.example/a",
        source=evil or "hafenblatt.example",
        title=evil or "Säure läuft im Hafen aus",
        versions=tuple(
            VersionRow(
                version_id=f"v{n}",
                first_seen_at=NINE + timedelta(hours=n),
                title=evil or "Säure läuft im Hafen aus",
                words=60 + n,
                number=n,
                update=update if n > 1 else None,
                small=n == 3,
                href=f"/article/a1?from=v{n - 1}&to=v{n}" if n > 1 else "",
                record=RECORD,
            )
            for n in range(1, 4)
        ),
        older=shown(evil or TEXT, "a", evil),
        newer=shown(evil + " new" if evil else NEWER, "b", evil),
        update=update,
        story_id="s1",
        headline=evil or "Säure läuft im Hafen aus",
        withdrawn_at=NINE if evil else None,
        withdrawn_note=evil,
        only_href="/article/a1?show=all",
    )


def outlet(evil: str = "", number: int = 0) -> OutletRow:
    return OutletRow(
        name=evil or OUTLETS[number],
        articles=310,
        first=41,
        copied=200,
        rewrote=50,
        updated=12,
        corrected=5,
        withdrawn=2,
        stories=280,
        alone=30,
        median_delay_s=4_800 * (number + 1),
        takes_from=(TakesFrom(name=evil or "dpa", count=120), TakesFrom(name=evil or OUTLETS[1], count=20)),
    )


def feed(evil: str = "", number: int = 0) -> FeedRow:
    return FeedRow(
        feed_id=f"f{number}",
        url=evil or "https://hafenblatt.example/feed.atom",
        source=evil or OUTLETS[number],
        title=evil or "Hafenblatt: alle Nachrichten",
        status=("broken", "losing", "backing_off", "fresh", "paused")[number % 5],
        reason=evil or ("http_503" if number < 3 else ""),
        failures=4 if number < 3 else 0,
        polled_at=NINE,
        due_at=NINE + timedelta(minutes=15),
        listed=120,
        articles=98,
        pending=2,
        polls=(PollRow(at=NINE, outcome=evil or "polled", reason=evil, listed=30, articles=4),),
        unused=(UnusedRow(at=NINE, reason=evil or "stub", about=evil or "Nur für Abonnenten", detail=evil),),
        record=RECORD,
    )


def record(evil: str = "") -> RecordPage:
    return RecordPage(
        topic=evil or "stories",
        partition=0,
        offset=17,
        key=evil or "s1",
        type=evil or "Story",
        at=NINE,
        headers=(HeaderRow(name=evil or "ce_type", value=evil or "newsfold.story.v1", undecodable=True),),
        badge="value",
        size=2_345,
        value=evil or '{\n  "story_id": "s1"\n}',
        previous=Link(label="16", href="/record/stories/0/16"),
        about=Link(label=evil or "the story", href="/story/s1"),
    )


def search(evil: str = "") -> SearchPage:
    marked = (Snippet(text=evil or "Säure", hit=True), Snippet(text=evil or " läuft im Hafen aus"))
    hit = HitRow(article_id="a1", version_id="v1", source=evil or OUTLETS[0], title=marked, excerpt=marked)
    return SearchPage(
        query=evil or "säure hafen",
        terms=("säure", "hafen"),
        rows=(SearchRow(story=row(1, evil), hits=(hit,), more=4), SearchRow(hits=(hit,))),
        facets=front(evil, 1).facets,
        paging=PAGING,
        problem=evil,
    )


def accounts(evil: str = "") -> AccountsPage:
    parts = (Part(name=evil or "in stories", count=61), Part(name=evil or "screened", count=7))
    return AccountsPage(
        accounts=(
            Account(name=evil or "Article versions", total=68, parts=parts),
            Account(
                name=evil or "Relations",
                total=70,
                parts=parts,
                difference=2,
                note=evil or "two are on their way",
            ),
        ),
        readings=(ReadingRow(topic=evil or "stories", partition=0, read=1_200, end=1_203, lag=3, at=NINE),),
        watermarks=(WatermarkRow(partition=0, origin=0, at=NINE),),
        skipped=(SkippedRow(topic=evil or "stories", reason=evil or "no JSON", count=1, last=RECORD),),
        links=(Link(label=evil or "Grafana", href="/ops"),),
    )


def pages(evil: str = "") -> Iterator[tuple[str, View]]:
    """Every page by its name."""
    yield "front", front(evil)
    yield "story", story(evil)
    yield "compare", compare(evil)
    yield "versions", versions(evil)
    yield (
        "event",
        EventPage(
            event=event_row(evil),
            places=(evil or "Marsum",),
            stories=(row(1, evil), row(5, evil)),
            spread=Spread(articles=17, outlets=12, texts=3, copies=14),
            figures=(figure(evil),),
            storyline=Link(label=evil or "Hafen von Marsum", href="/storyline/l1"),
            record=RECORD,
        ),
    )
    yield (
        "storyline",
        StorylinePage(
            storyline_id="l1",
            title=evil or "Der Hafen von Marsum",
            first_seen_at=NINE,
            last_seen_at=NINE + timedelta(days=3),
            chapters=(Chapter(event=event_row(evil), stories=(row(1, evil), row(2, evil)), more=3),) * 2,
            spread=Spread(articles=17, outlets=12, texts=3, copies=14),
            figures=(figure(evil),),
            record=RECORD,
        ),
    )
    yield "search", search(evil)
    yield "outlets", OutletsPage(rows=tuple(outlet(evil, n) for n in range(5)), paging=PAGING)
    yield (
        "outlet",
        OutletPage(
            outlet=outlet(evil),
            stories=(row(1, evil), row(3, evil)),
            taken_by=(TakesFrom(name=evil or OUTLETS[2], count=7),),
            paging=PAGING,
        ),
    )
    counts = (StatusCount(status="broken", count=1), StatusCount(status="fresh", count=4))
    yield "feeds", FeedsPage(counts=counts, rows=tuple(feed(evil, n) for n in range(5)), paging=PAGING)
    letter = DeadLetterRow(
        service=evil or "dedup",
        reason=evil or "invalid",
        detail=evil or "no JSON at byte 17",
        origin=evil or "articles/0/812",
        at=NINE,
        size=1_800,
        record=RECORD,
    )
    yield (
        "dead_letters",
        DeadLettersPage(
            counts=(DeadLetterCount(service=evil or "dedup", reason=evil or "invalid", count=2),),
            rows=(letter, letter),
            paging=PAGING,
        ),
    )
    yield "accounts", accounts(evil)
    yield "record", record(evil)
    yield (
        "help",
        HelpPage(
            keys=(KeyRow(keys="j k", does=evil or "next, previous"), KeyRow(keys="/", does="search")),
            words=(WordRow(word=evil or "story", means=evil or "the family of one text"),),
        ),
    )
    yield (
        "problem",
        ProblemPage(status=404, title=evil or "No such story", detail=evil or "It may have ended."),
    )
