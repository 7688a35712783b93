"""The story that runs through all four platforms: played by `make demo`, by the journeys and by the rehearsal."""
