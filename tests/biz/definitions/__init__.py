"""Tests of definitions; what they bend is in `tests/biz/samples.py`."""
