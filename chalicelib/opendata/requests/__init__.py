"""Requests for data: people ask for data that is not published, others support it, the agency answers in the open."""
