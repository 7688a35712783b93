"""What the public may know of how the platforms are: which parts work, and what operators announced."""
