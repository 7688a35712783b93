"""Tables that are written row by row: a base, what was written since laid over it, both put together now and then."""
