"""Services that an agency's own system works on: handed to it, handed over to it, and moved by its signed word."""
