"""What the portal's pages for people have in common: one look, two languages, no script, no second request."""
