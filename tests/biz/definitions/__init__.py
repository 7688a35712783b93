"""Tests of definitions; what they bend is in `tests/biz/samples.py`."""

from ..samples import definition, food, small, text

__all__ = ["definition", "food", "small", "text"]
