"""Open data: anyone may find, read, use and redistribute what the state publishes.

The room is a CKAN for its clients (Action API v3), speaks the Thai national metadata standard, and makes of every
uploaded file a typed table with an API. An office publishes as its own organisation; drafts and private datasets are
invisible to everybody else.
"""
