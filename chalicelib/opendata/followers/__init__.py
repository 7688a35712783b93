"""Following: who follows which datasets, organisations, themes and users, and the notices that followers get."""
