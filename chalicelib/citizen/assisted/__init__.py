"""Help at a counter: an officer acts for a person who confirmed it, for half an hour, and everything is told."""
