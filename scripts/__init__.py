"""Small programs that make committed files."""
