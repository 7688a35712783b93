"""What is done with a licence after it was given."""
