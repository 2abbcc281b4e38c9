import re
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from services.desk.log.follow import Follower
from services.desk.queries import past
from services.desk.store import database, schema
from tests.integration.desk.corpus import START, ListLog, newsroom
from tests.integration.desk.site import PAGES, quiet, serving, twin


async def test_every_page_is_there_as_html_and_as_json(tmp_path: Path) -> None:
    async with serving(newsroom(), tmp_path) as client:
        for path in PAGES:
            page = await client.get(path)
            assert page.status_code == 200, (path, page.text[-500:])
            assert page.headers["content-type"].startswith("text/html"), path
            told = await client.get(twin(path))
            assert told.status_code == 200, path
            assert set(told.json()) == {"frame", "view"}, path
            asked = await client.get(path, headers={"accept": "application/json"})
            assert asked.json()["view"] == told.json()["view"], path


async def test_a_list_is_there_as_atom(tmp_path: Path) -> None:
    async with serving(newsroom(), tmp_path) as client:
        outlet = (await client.get("/outlet/hill.example.json")).json()["frame"]["atom_href"]
        for path in ("/front.atom", "/search.atom?q=bridge", outlet):
            answer = await client.get(path)
            feed = ET.fromstring(answer.content)
            links = [link.get("href") for link in feed.iter("{http://www.w3.org/2005/Atom}link")]
            assert "http://desk.example/story/s1" in links


async def test_all_pages_agree_on_outlets_texts_and_copies(tmp_path: Path) -> None:
    async with serving(newsroom(), tmp_path) as client:

        async def view(path: str) -> dict[str, object]:
            return dict((await client.get(path)).json()["view"])

        front = {row["story_id"]: row["spread"] for row in (await view("/front.json"))["rows"]}  # type: ignore[attr-defined]
        assert front["s1"] == {"articles": 3, "outlets": 3, "texts": 1, "copies": 2}
        for story_id, spread in front.items():
            assert (await view(f"/story/{story_id}.json"))["story"]["spread"] == spread  # type: ignore[index]
        for path, name in (("/search.json?q=bridge", "rows"), ("/event/e1.json", "stories")):
            rows = (await view(path))[name]
            found = [row.get("story", row) for row in rows]  # type: ignore[attr-defined]
            assert {row["story_id"]: row["spread"] for row in found} == front
        event = await view("/event/e1.json")
        assert event["spread"] == {"articles": 4, "outlets": 3, "texts": 2, "copies": 2}
        assert event["event"]["articles"] == 4  # type: ignore[index]
        outlets = (await view("/outlets.json"))["rows"]
        assert sum(row["articles"] for row in outlets) == sum(one["articles"] for one in front.values())  # type: ignore[attr-defined]
        for row in outlets:  # type: ignore[attr-defined]
            parts = ("first", "copied", "rewrote", "updated", "corrected", "withdrawn")
            assert row["articles"] == sum(row[part] for part in parts)
        accounts = (await view("/accounts.json"))["accounts"]
        assert [one["difference"] for one in accounts] == [0, 0, 0, 0]  # type: ignore[attr-defined]


async def test_a_past_minute_shows_what_was_known_then(tmp_path: Path) -> None:
    async with serving(newsroom(), tmp_path) as client:

        async def then(at: str) -> dict[str, int]:
            rows = (await client.get(f"/front.json?at={at}")).json()["view"]["rows"]
            return {row["story_id"]: row["spread"]["articles"] for row in rows}

        assert await then("2026-03-12T08:59Z") == {}
        assert await then("2026-03-12T09:15Z") == {"s1": 2}
        assert await then("2026-03-12T09:30:30Z") == {"s1": 2, "s3": 1}
        assert await then("2026-03-12T12:00Z") == {"s1": 3, "s2": 1}
        for odd in ("yesterday", "0001-01-01T00:00Z", "9999-12-31T23:59Z"):
            assert (await client.get(f"/?at={odd}")).status_code == 400


async def test_a_story_an_article_and_a_search_go_back_in_time(tmp_path: Path) -> None:
    async with serving(newsroom(), tmp_path) as client:

        async def then(path: str, at: str) -> Any:
            answer = await client.get(f"{path}.json?at=2026-03-12T{at}Z")
            return answer.json() if answer.status_code == 200 else answer.status_code

        told = await then("/story/s1", "09:15")
        assert told["frame"]["at"] == "2026-03-12T09:15:00Z"
        assert [one["article_id"] for one in told["view"]["members"]] == ["article-a", "article-b"]
        assert told["view"]["story"]["spread"]["articles"] == 2
        assert [one["revision"] for one in told["view"]["changes"]] == [1, 2]
        steps = [told["view"][name]["href"] for name in ("before", "after")]
        seen = [(await client.get(step.replace("?", ".json?"))).json()["view"]["story"] for step in steps]
        assert [one["revision"] for one in seen] == [1, 3]
        assert (await then("/story/s1", "12:00"))["view"]["story"]["revision"] == 4
        assert await then("/story/s1", "08:00") == 404
        assert (await then("/story/s3", "09:30:30"))["view"]["story"]["spread"]["articles"] == 1
        moved = await client.get("/story/s3.json?at=2026-03-12T12:00Z")
        assert moved.headers["location"] == "/story/s1.json?at=2026-03-12T12%3A00%3A00Z"
        assert (await client.get("/story/s1?at=then")).status_code == 400

        assert len((await then("/article/article-b", "09:15"))["view"]["versions"]) == 1
        assert len((await then("/article/article-b", "09:25"))["view"]["versions"]) == 2
        assert await then("/article/article-b", "09:05") == 404

        found = await client.get("/search.json?q=bridge&at=2026-03-12T09:15Z")
        rows = {row["story"]["story_id"]: row["story"] for row in found.json()["view"]["rows"]}
        assert {one: row["spread"]["articles"] for one, row in rows.items()} == {"s1": 2}
        page = await client.get("/search?q=bridge&at=2026-03-12T09:15Z")
        assert "/story/s1?at=2026-03-12T09%3A15%3A00Z" in page.text


async def test_a_search_of_the_past_is_not_crowded_out_by_what_came_since(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.desk.queries.search.MOST_HITS", 1)
    async with serving(newsroom(), tmp_path) as client:
        answer = await client.get("/search.json?q=bridge&at=2026-03-12T09:05Z")
        (row,) = answer.json()["view"]["rows"]
        assert [hit["article_id"] for hit in row["hits"]] == ["article-a"]


async def test_events_storylines_pairs_and_hits_go_back_in_time(tmp_path: Path) -> None:
    async with serving(newsroom(), tmp_path) as client:

        async def then(path: str, at: str) -> Any:
            mark = "&" if "?" in path else "?"
            answer = await client.get(f"{twin(path)}{mark}at=2026-03-12T{at}Z")
            return answer.json()["view"] if answer.status_code == 200 else answer.status_code

        for at, stories, spread in (("09:15", ["s1"], (2, 2)), ("09:30:30", ["s1", "s3"], (3, 3))):
            event, line = await then("/event/e1", at), await then("/storyline/l1", at)
            assert [one["story_id"] for one in event["stories"]] == stories
            (chapter,) = line["chapters"]
            assert chapter["event"] == event["event"]
            for told in (event, line):
                assert (told["spread"]["articles"], told["spread"]["outlets"]) == spread
        for path in ("/event/e1", "/storyline/l1", "/compare/article-b/article-a"):
            assert await then(path, "08:00") == 404
        assert {len(one["points"]) for one in (await then("/event/e1", "09:04"))["figures"]} == {1}

        story = await then("/story/s1", "09:30:30")
        assert (story["event"]["event_id"], story["event"]["stories"]) == ("e1", 2)
        assert [one["story_id"] for one in story["neighbours"]] == ["s3"]

        for at, version, href in (("09:15", "version-b-1", "09%3A15"), ("09:25", "version-b-2", "09%3A25")):
            pair = await then("/compare/article-b/article-a", at)
            assert (pair["left"]["version_id"], pair["story_id"], pair["sure"]) == (version, "s1", "likely")
            assert href in pair["swap_href"]

        for at, found in (("09:15", {"s1"}), ("09:30:30", {"s1", "s3"}), ("12:00", {"s1", "s2"})):
            rows = (await then("/search?q=bridge", at))["rows"]
            assert {row["story"]["story_id"] for row in rows} == found
        assert (await then("/article/article-c", "09:30:30"))["story_id"] == "s3"


async def test_what_is_opened_from_a_page_of_the_past_is_of_the_same_minute(tmp_path: Path) -> None:
    async with serving(newsroom(), tmp_path) as client:
        for path in (
            "/", "/story/s1", "/event/e1", "/storyline/l1", "/compare/article-b/article-a",
            "/article/article-b", "/search?q=bridge",
        ):  # fmt: skip
            mark = "&" if "?" in path else "?"
            page = (await client.get(f"{path}{mark}at=2026-03-12T09:25Z")).text
            main = page[page.index("<main") : page.index("</main>")]
            places = re.findall(r'href="(/(?:story|event|storyline|compare|article|outlet)/[^"]+)"', main)
            assert places
            assert all("at=2026-03-12T09%3A" in place for place in places), path


async def test_a_page_without_a_past_says_why_it_shows_now(tmp_path: Path) -> None:
    async with serving(newsroom(), tmp_path) as client:
        for path, why in (
            ("/outlets", "added up over the whole window"),
            ("/outlet/hill.example", 'href="/?at=2026-03-12T09%3A15Z&amp;sort=new&amp;outlet=hill.example"'),
            ("/feeds", "only its last looks are kept"),
            ("/record/articles/0/0", "never changes"),
            ("/help", "it shows what is known now"),
        ):
            then, now = [
                (await client.get(address)).text for address in (f"{path}?at=2026-03-12T09:15Z", path)
            ]
            assert why in then
            assert why not in now


async def test_a_story_that_was_merged_leads_to_where_it_went(tmp_path: Path) -> None:
    async with serving(newsroom(), tmp_path) as client:
        answer = await client.get("/story/s3")
        assert (answer.status_code, answer.headers["location"]) == (301, "/story/s1")
        assert (await client.get("/story/s3.json")).headers["location"] == "/story/s1.json"
        assert (await client.get("/story/nobody")).status_code == 404


async def test_passages_are_where_the_record_says(tmp_path: Path) -> None:
    async with serving(newsroom(), tmp_path) as client:
        for path in ("/compare/version-b-2/version-a-1.json", "/compare/version-a-1/version-b-2.json"):
            view = (await client.get(path)).json()["view"]
            texts = [view[side]["pieces"][0]["text"] for side in ("left", "right")]
            for one in view["passages"]:
                mine = texts[0][one["start"] : one["end"]]
                assert mine
                assert mine == texts[1][one["other_start"] : one["other_end"]]
            assert view["related"]
            assert (view["sure"], view["order_reason"]) == ("likely", "was not there when the other was seen")
            assert view["swapped"] == path.startswith("/compare/version-a")


async def test_what_a_record_lacks_is_told_apart(tmp_path: Path) -> None:
    records = newsroom()
    stories = [one for one in records if one.partition.topic == "stories"]
    async with serving(records, tmp_path) as client:
        badges = {}
        for record in stories:
            view = (await client.get(f"/record/stories/0/{record.offset}.json")).json()["view"]
            badges[record.key] = view["badge"]
        assert badges[b"s1"] == "value"
        assert badges[b"s3"] == "null"
        assert badges[b"odd"] == "undecodable"
        assert badges[b"empty"] == "empty"
        assert (await client.get("/record/stories/0/999")).status_code == 404
        assert (await client.get("/record/other/0/0")).status_code == 404
        skipped = (await client.get("/accounts.json")).json()["view"]["skipped"]
        assert {(one["topic"], one["reason"]): one["count"] for one in skipped} == {
            ("stories", "undecodable"): 1,
            ("stories", "unknown-type"): 1,
        }


async def test_a_page_that_did_not_change_is_not_sent_again(tmp_path: Path) -> None:
    async with serving(newsroom(), tmp_path) as client:
        page = await client.get("/")
        again = {"if-none-match": page.headers["etag"]}
        assert (await client.get("/", headers=again)).status_code == 304
        for other in (await client.get("/?sort=new"), await client.get("/front.json")):
            assert other.headers["etag"] != page.headers["etag"]
        plain = await client.get("/", headers={"accept-encoding": "identity"})
        assert page.headers["content-encoding"] == "gzip"
        assert "content-encoding" not in plain.headers
        assert plain.text == page.text


def rows_of(db: sqlite3.Connection) -> dict[str, list[str]]:
    """All tables, without the numbers that rows got as they came and what counts nothing."""
    tables = [line.split()[2] for line in schema.TABLES.splitlines() if line.startswith("create table")]
    rows = {}
    for table in tables:
        columns = [name for _, name, *_ in db.execute(f"pragma table_info({table})") if name != "id"]
        counts = " where count" if "count" in columns else " where articles" if table == "outlet" else ""
        rows[table] = sorted(map(repr, db.execute(f"select {', '.join(columns)} from {table}{counts}")))
    return rows


async def test_a_file_that_nobody_reads_yet_becomes_the_same_one(tmp_path: Path) -> None:
    made = []
    for name in ("read", "unread"):
        file = tmp_path / name
        db = database.create(file, "full") if name == "read" else database.create_unread(file)
        follower = Follower(ListLog(newsroom()), db, "full", quiet)
        await follower.begin()
        await follower.catch_up()
        if name == "unread":
            assert database.stamps(file) == (0, 0)
            follower.complete()
        follower.close()
        reader = database.open_for_reading(file)
        tables = sorted(map(repr, reader.execute("select type, name, sql from sqlite_master")))
        hits = reader.execute("select rowid from hit where hit match 'bridg'").fetchall()
        made.append((tables, hits, rows_of(reader), database.stamps(file)))
        reader.close()
    assert made[0] == made[1]
    assert made[0][1]


async def test_what_was_read_in_part_is_read_on(tmp_path: Path) -> None:
    """Whatever was cut, and in whatever pieces, the tables are the same."""
    records = newsroom()
    whole = database.create(tmp_path / "whole.db", "full")
    follower = Follower(ListLog(records), whole, "full", quiet)
    await follower.begin()
    await follower.catch_up()
    database.create(tmp_path / "parts.db", "full").close()
    for upto in (3, 9, 20, len(records)):
        parts = database.open_for_writing(tmp_path / "parts.db")
        one = Follower(ListLog(records[:upto]), parts, "full", quiet)
        await one.begin()
        await one.catch_up()
        one.close()
    again = database.open_for_reading(tmp_path / "parts.db")
    assert rows_of(whole) == rows_of(again)
    follower.close()
    again.close()


async def test_verdicts_may_be_read_before_their_articles(tmp_path: Path) -> None:
    records = newsroom()
    verdicts = [record for record in records if record.partition.topic == "relations"]
    found = []
    for name, parts in (("order", [records]), ("early", [verdicts, records])):
        database.create(tmp_path / name, "full").close()
        for part in parts:
            follower = Follower(ListLog(part), database.open_for_writing(tmp_path / name), "full", quiet)
            await follower.begin()
            await follower.catch_up()
            follower.close()
        reader = database.open_for_reading(tmp_path / name)
        hits = reader.execute("select rowid from hit where hit match 'bridg' order by rowid").fetchall()
        assert hits
        found.append((rows_of(reader), hits))
        reader.close()
    assert found[0] == found[1]


async def test_a_story_that_is_read_before_its_changes_is_dated_by_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As happens where a log is read from its beginning: of a story its latest record is left."""
    latest = {(one.partition.topic, one.key): one for one in newsroom() if one.partition.topic == "stories"}
    records = [one for one in newsroom() if one.partition.topic != "stories"]
    made = []
    for most in (100, 1):
        monkeypatch.setattr("services.desk.log.follow.MOST_LARGE", most)
        log = ListLog([*records, *latest.values()])
        follower = Follower(log, database.create(tmp_path / f"{most}.db", "full"), "full", quiet)
        await follower.begin()
        await follower.catch_up()
        follower.close()
        reader = database.open_for_reading(tmp_path / f"{most}.db")
        rows = rows_of(reader)
        where = [
            past.story_of(reader, f"article-{name}", START + timedelta(minutes=minute))
            for name in "abcd"
            for minute in range(60)
        ]
        made.append((rows["member"], rows["state"], where))
        reader.close()
    assert made[0] == made[1]
