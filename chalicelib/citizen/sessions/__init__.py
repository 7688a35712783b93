"""Sessions: logging in with a national OpenID provider, and the short tokens of Klang's own that follow."""
