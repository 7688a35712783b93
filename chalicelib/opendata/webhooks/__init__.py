"""Webhooks: whoever follows the catalogue is told of changes at an address of their own."""
