"""DuckDB over published tables: locked connections, files near at hand, ranges of those that are far."""
