"""Applications from the first draft to their end: the law of a case, and what applicants and readers do with it."""
