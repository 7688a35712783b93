"""Tests of powers of attorney."""
