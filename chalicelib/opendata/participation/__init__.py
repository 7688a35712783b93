"""People taking part: what they made of a dataset, what they think of it, and how the publisher answers."""
