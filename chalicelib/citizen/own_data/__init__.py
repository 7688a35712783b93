"""A person's own data: a copy of everything the room holds, its end, and how to have it corrected or to object."""
