"""What each function may do: what it was seen to do, and what it may have to do on a rare day."""
