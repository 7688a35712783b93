"""Tests of X-Road REST v1."""
