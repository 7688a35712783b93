"""The catalogue as pages for people: search, datasets, tables, organisations and themes, in Thai and English.

Server-rendered HTML that needs no script, no font and no other request than the page itself. Everybody sees the same:
the pages are public and anonymous, whoever asks.
"""
