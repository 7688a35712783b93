"""Questions to tables in SQL: one SELECT of a stranger, answered in a cage by a function that may read nothing else."""
