"""Files that become tables: taking them in, and asking for their rows."""
