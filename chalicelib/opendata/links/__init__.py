"""Links: whether what lies elsewhere is still there, and copies of it for whoever asks for them."""
