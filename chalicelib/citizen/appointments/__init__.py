"""Appointments at offices: hours as the agency's configuration, places that are never given twice."""
