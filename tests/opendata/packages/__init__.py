"""Packages and resources, and the transport of the Action API."""
