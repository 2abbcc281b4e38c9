"""Compiled forms of the hot functions, under the names of the modules that define what they compute.

Modules of kernels whose names are those of no such module hold tables and types for the others.
"""

from pathlib import Path

from services.kernels.loading import WORTH, Loading

__all__ = ("WORTH", "defer", "load", "module", "names", "note_texts", "require", "use")

_LOADING = Loading(__name__, Path(__file__).parent)
names = _LOADING.names
note_texts = _LOADING.note_texts
use = _LOADING.use
defer = _LOADING.defer
load = _LOADING.load
module = _LOADING.module
require = _LOADING.require
