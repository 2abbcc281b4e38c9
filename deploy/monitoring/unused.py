"""Metrics of the catalogue that no rule and no dashboard looks at, each with the reason."""

from collections.abc import Mapping
from types import MappingProxyType

UNUSED: Mapping[str, str] = MappingProxyType({})
