"""Tests of what a person sees of the exchange."""
