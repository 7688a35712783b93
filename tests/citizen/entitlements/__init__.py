"""Tests of rights: definitions, judgement, checks."""
