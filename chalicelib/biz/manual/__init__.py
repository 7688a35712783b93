"""The public manual of a service, made from its definition."""
