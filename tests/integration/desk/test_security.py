from pathlib import Path

import lxml.html  # type: ignore[import-untyped]
import pytest

from services.desk.web.guard import POLICY
from services.ops.settings import DeskSettings
from tests.integration.desk.corpus import TEXT, newsroom
from tests.integration.desk.site import PAGES, serving, twin

HOSTILE = {
    "markup": "</title></script><script>PWNED=1</script><img src=x onerror=PWNED=1><svg/onload=PWNED=1>",
    "attribute": "\" onmouseover=PWNED=1 x='` javascript:PWNED=1 {{7*7}} {% raw %} {{ config }}",
    "bidi": "https://EVIL.example/\u202e\u2066moc.live//:sptth \u202aab\u2069",
    "control": "a\x00b\x1b[31mc\x07d\x0be\ud7ff\uffff\ufffe",
    "word": "ä" * 50_000,
    "rtl": "שלום עולם مرحبا بالعالم 👩‍👩‍👧‍👦 e\u0301",
    "atom": "]]><!--<!DOCTYPE x [<!ENTITY y 'z'>]>&y;",
    "path": "../../../etc/passwd\r\nSet-Cookie: x=1",
}


@pytest.mark.parametrize("kind", HOSTILE)
async def test_hostile_copy_runs_nowhere_and_breaks_nothing(kind: str, tmp_path: Path) -> None:
    hostile = HOSTILE[kind]
    async with serving(newsroom(hostile, f"bridge {hostile} bridge"), tmp_path) as client:
        for path in PAGES:
            page = await client.get(path)
            assert page.status_code == 200, path
            _is_harmless(page.content, path)
            told = (await client.get(twin(path))).json()
            assert told["view"], path
        feed = await client.get("/front.atom")
        lxml.etree.fromstring(feed.content, lxml.etree.XMLParser(resolve_entities=False))


def _is_harmless(page: bytes, path: str) -> None:
    tree = lxml.html.document_fromstring(page.decode())
    for node in tree.iter(lxml.etree.Element):
        names = map(str.lower, map(str, node.attrib))
        assert not [name for name in names if name.startswith("on") or name == "style"], path
        for name in ("href", "src", "action", "formaction"):
            address = node.get(name, "").strip().lower()
            assert not address.startswith(("javascript:", "data:", "vbscript:", "//")), (path, address)
    scripts = list(tree.iter("script"))
    assert all(node.get("src", "").startswith("/static/") and not node.text for node in scripts), path
    assert not list(tree.iter("iframe", "object", "embed", "base")), path
    for sign in "\u202e\u2066\x00\x1b":
        assert sign.encode() not in page, (path, sign)


@pytest.mark.parametrize("texts", ["passages", "none"])
async def test_texts_that_may_not_be_shown_leak_nowhere(texts: str, tmp_path: Path) -> None:
    secret = "zanzibarquartz"
    text = f"{TEXT * 3} {secret} at its end"
    async with serving(newsroom(text=text), tmp_path, texts=texts) as client:  # type: ignore[arg-type]
        record = [f"/record/{topic}/0/0" for topic in ("relations", "story-changes", "feed-state")]
        for path in (*PAGES, *record, f"/search?q={secret}"):
            for address in (path, twin(path)):
                told = (await client.get(address)).text.replace(f'value="{secret}"', "")
                told = told.replace(f'"query":"{secret}"', "")
                assert secret not in told or f"q={secret}" in address, address
                assert "Engineers found" not in told or (texts == "passages" and "/compare/" in address), (
                    address
                )
        for feed in ("/front.atom", "/search.atom?q=bridge", f"/search.atom?q={secret}"):
            told = (await client.get(feed)).text.replace(f"q={secret}", "").replace(f"Search: {secret}", "")
            assert secret not in told, feed
        found = (await client.get(f"/search.json?q={secret}")).json()["view"]["rows"]
        assert not [row for row in found for hit in row["hits"] if hit["excerpt"]]
        if texts == "none":
            assert not found
    if texts == "none":
        assert secret.encode() not in _bytes_in(tmp_path)


def _bytes_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def test_only_reads_are_answered(tmp_path: Path) -> None:
    async with serving(newsroom(), tmp_path) as client:
        for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
            answer = await client.request(method, "/")
            assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD"), method
        head = await client.head("/")
        assert head.status_code == 200


async def test_every_answer_keeps_the_browser_in_check(tmp_path: Path) -> None:
    async with serving(newsroom(), tmp_path) as client:
        for path in (*PAGES, "/nowhere", "/story/nobody", "/static/nothing.js", "/front.json", "/healthz"):
            answer = await client.get(path)
            assert answer.headers["content-security-policy"] == POLICY, path
            assert answer.headers["x-content-type-options"] == "nosniff", path
            assert "set-cookie" not in answer.headers, path


@pytest.mark.parametrize("host", ["evil.example", "desk.example.evil.example", "", "127.0.0.1", "[::1]:80"])
async def test_a_name_that_is_not_its_own_is_refused(host: str, tmp_path: Path) -> None:
    async with serving(newsroom(), tmp_path, headers={"host": host}) as client:
        assert (await client.get("/")).status_code == 421
        assert (await client.get("/healthz")).status_code == 200


async def test_a_token_is_asked_for_where_there_is_one(tmp_path: Path) -> None:
    async with serving(newsroom(), tmp_path, token="s3cret") as client:
        assert (await client.get("/")).status_code == 401
        for wrong in ("Bearer other", "Basic !!!", "Basic", "s3cret", "Basic bmFtZTpvdGhlcg=="):
            assert (await client.get("/", headers={"authorization": wrong})).status_code == 401
        assert (await client.get("/", headers={"authorization": "Bearer s3cret"})).status_code == 200
        assert (await client.get("/", auth=("anybody", "s3cret"))).status_code == 200


@pytest.mark.parametrize(
    "given",
    [
        {"listen": "0.0.0.0:80"},
        {"listen": "0.0.0.0:80", "expose": True},
        {"listen": "0.0.0.0:80", "expose": True, "hosts": ("desk.example",)},
        {"listen": "0.0.0.0:80", "expose": True, "proxies": ("10.0.0.0/8",)},
        {"links": ("Flow=javascript:alert(1)",)},
        {"proxies": ("everybody",)},
    ],
)
def test_it_leaves_this_machine_only_with_a_lock(given: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"expose|address|links"):
        DeskSettings(**given)  # type: ignore[arg-type]
