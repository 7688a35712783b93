"""Tests of mini-apps."""
