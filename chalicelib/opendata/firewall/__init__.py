"""Personal data is found before a table is published, and stays out unless a steward says why it may be seen.

`look` reads every row and answers findings without a single value; `rules` says what stands in the way; `guard` stands
at every road to the public; `service` holds back, overrides and releases.
"""
