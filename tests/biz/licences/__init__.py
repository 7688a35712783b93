"""Licences: rules, register, page, paper, status, reminders, and verification without a network."""
