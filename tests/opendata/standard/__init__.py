"""The Thai national metadata standard."""
