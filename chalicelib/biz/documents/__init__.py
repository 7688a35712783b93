"""Files that belong to cases."""
