"""Registrable domains by the Public Suffix List, as the package `tld` has them, without reading it whole.

Its reader puts all of ten thousand rules in order before it tells of one domain, in each process that asks.
Here they lie by their last label, and are put in order when the first domain under that label comes.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import tld

_PLAIN = re.compile(r"[a-z0-9._-]+")
_LEAF, _EXCEPT = "/", "!"
"""What is noted in a node beside its labels: a rule ends here; under this label it does not hold."""
_ANY = "*"

Node = dict[str, "Node | str"]


def registrable(host: str) -> str | None:
    """Of a lower-case host; None where no rule fits. A public suffix is its own."""
    if not _PLAIN.fullmatch(host):
        return tld.get_fld(host, fix_protocol=True, fail_silently=True)
    labels = host.rstrip(".").split(".")
    length = _suffix_length(labels)
    if length == len(labels):
        return host
    return ".".join(labels[-length - 1 :]) if length else None


def _suffix_length(labels: list[str]) -> int:
    """Labels of the longest public suffix that is met on the way down the tree."""
    node, length = _tree(labels[-1]), 0
    for depth, label in enumerate(reversed(labels), 1):
        below = node.get(label, node.get(_ANY))
        if node.get(_EXCEPT) == label or not isinstance(below, dict):
            break
        node = below
        if _LEAF in node:
            length = depth
    return length


@cache
def _tree(last: str) -> Node:
    """The rules for domains under one top-level label, by label, the last one first."""
    root: Node = {}
    for rule in _rules().get(last, ()):
        node = root
        for label in reversed(rule.split(".")):
            if label.startswith(_EXCEPT):
                node[_EXCEPT] = label.removeprefix(_EXCEPT)
                break
            below = node.setdefault(label, {})
            assert isinstance(below, dict)
            node = below
        node[_LEAF] = ""
    return root


@cache
def _rules() -> dict[str, list[str]]:
    """By the label that they end in."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for rule in _listed():
        found[rule.rpartition(".")[2]].append(rule)
    return dict(found)


def _listed() -> Iterator[str]:
    """Those of the list, and behind them as comments the same in the letters of an address."""
    listed = files(tld).joinpath("res", "effective_tld_names.dat.txt").read_text(encoding="utf-8")
    for line in listed.splitlines():
        if "// xn--" in line:
            yield line.split()[1]
        elif line and not line.startswith("/"):
            yield line.strip()
