"""Users: people and agencies' machines by a pseudonym, their API tokens, and how a token becomes a caller."""
