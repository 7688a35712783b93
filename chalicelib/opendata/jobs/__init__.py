"""Work that takes longer than a request: asked for now, done by a function of its own, its result kept for days."""
