"""Strangers in a town where the story was played once: all of these stay on one worker and then leave it."""
