"""Taking in the files that offices upload: from the announcement to a version that people can read."""
