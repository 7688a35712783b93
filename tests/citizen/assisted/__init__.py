"""Help at a counter."""
