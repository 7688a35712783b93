"""Bundles: several licences for one undertaking, asked for together, each in the hands of its own agency."""
