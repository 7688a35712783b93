"""Tables as files for whoever takes them away: CSV, TSV, JSON, JSON Lines, XML, Parquet, and their description."""
