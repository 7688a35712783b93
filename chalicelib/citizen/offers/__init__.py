"""Rights that find the person: what agencies tell of, what birthdays bring, who was told, and whether that was fair."""
