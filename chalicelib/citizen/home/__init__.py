"""The home page: what is new, what is to be done, and what runs, in one request."""
