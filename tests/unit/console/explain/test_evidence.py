"""Where `explain` finds an article, and what it says of places that hold none."""

import msgspec
import pytest

from services.console.explain.evidence import Evidence
from services.ops.exits import Exit, Stop
from tests.unit.dedup.pieces import article, prose

NEWS = [article(prose(n, 20), f"/news/{n}", title=f"Report {n}") for n in range(7)]
EVIDENCE = Evidence({one.url: one for one in NEWS})


def refusal(url: str, evidence: Evidence = EVIDENCE) -> str:
    with pytest.raises(Stop) as stopped:
        evidence.find(url)
    assert stopped.value.code is Exit.USAGE
    return stopped.value.line


def test_a_part_of_an_address_that_one_article_has_names_it() -> None:
    assert EVIDENCE.find("news/3") is NEWS[3]


def test_an_address_as_it_is_pasted_names_the_article_that_it_leads_to() -> None:
    assert EVIDENCE.find("https://WWW.talbote.example/news/3?utm_source=mail#comments") is NEWS[3]


def test_a_whole_address_names_its_article_though_others_begin_with_it() -> None:
    longer = msgspec.structs.replace(NEWS[0], url=NEWS[3].url + "0", article_id="x")
    evidence = Evidence({one.url: one for one in (*NEWS, longer)})
    assert evidence.find(NEWS[3].url) is NEWS[3]


def test_of_several_matches_five_are_named_with_their_titles() -> None:
    said = refusal("/news/")
    assert "7 articles match, give more of the URL" in said
    assert f"{NEWS[4].url} (Report 4)" in said
    assert NEWS[5].url not in said
    assert said.endswith("and 2 more")


def test_nothing_and_what_nobody_has_name_no_article() -> None:
    assert "an empty URL" in refusal("", Evidence({NEWS[0].url: NEWS[0]}))
    assert "no such article" in refusal("https://nobody.example/")
