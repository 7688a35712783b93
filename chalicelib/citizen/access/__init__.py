"""What the state does with a person's data: who asked, what for, by which law."""
