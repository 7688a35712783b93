"""What do I need? Questions in plain words, and the services that a business needs by its answers."""
