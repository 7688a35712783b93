"""Tests of the list of services."""
