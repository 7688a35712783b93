"""Consents: what a person is asked to allow, has allowed, and takes back; the exchange keeps them, the portal shows."""
