"""Webhooks: what happened to a system's exchanges and agreements, told to an address of its own."""
