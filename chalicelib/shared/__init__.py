"""What all four platforms share: errors, the edge, identity, storage, the journal, credentials, the calendar."""
