"""Organisations (who publishes) and themes (what it is about), and who belongs to them."""
