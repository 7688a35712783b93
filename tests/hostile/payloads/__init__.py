"""What is sent to us to do harm: addresses, files, forms, bodies, and ids where none may stay."""
