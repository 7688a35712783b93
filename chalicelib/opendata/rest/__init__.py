"""Datasets as a REST resource: the second surface beside the Action API, with revisions and history."""
