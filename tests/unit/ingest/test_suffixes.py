"""Registrable domains are those that the package `tld` tells, which is the definition."""

import pytest
import tld
from hypothesis import given
from hypothesis import strategies as st

from services.ingest import suffixes
from services.ingest.suffixes import registrable

RULES = sorted(set(suffixes._listed()))
LABELS = sorted({label.lstrip("!").replace("*", "any") for rule in RULES for label in rule.split(".")})
label = st.sampled_from(LABELS) | st.sampled_from(("www", "news", "", "a-b", "x_y"))


def defined(host: str) -> str | None:
    found = tld.get_fld(host, fix_protocol=True, fail_silently=True)
    return found if found is None else str(found)


@given(st.sampled_from(RULES), st.lists(label, max_size=3))
def test_hosts_under_a_rule_are_told_as_defined(rule: str, before: list[str]) -> None:
    host = ".".join([*before, rule.replace("*", "any").replace("!", "")])
    assert registrable(host) == defined(host)


@given(st.lists(label, min_size=1, max_size=4).map(".".join))
def test_hosts_of_any_labels_are_told_as_defined(host: str) -> None:
    assert registrable(host) == defined(host)


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.paper.co.uk", "paper.co.uk"),
        ("co.uk", "co.uk"),
        ("a.b.kobe.jp", "a.b.kobe.jp"),
        ("a.city.kobe.jp", "city.kobe.jp"),
        ("paper.example", None),
    ],
)
def test_a_suffix_is_its_own_and_an_exception_is_none(host: str, domain: str | None) -> None:
    assert registrable(host) == domain
