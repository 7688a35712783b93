"""Search over the catalogue, in Thai and English: what may be asked, the engine behind it, and how it stays fresh."""
