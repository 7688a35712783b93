"""How agencies keep the law, in figures: a fact for each case, made into an open dataset every day.

A fact is computed from the case as it stands, never added up, so it may be made again at any time and comes out the
same. Small cells are suppressed, and as many more as it takes that none can be computed from the rest.
"""
