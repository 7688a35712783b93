"""Activity: what happened to datasets, organisations and themes, as CKAN's activity streams tell it."""
