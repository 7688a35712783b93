"""What a person has a right to: asked of the registers at that moment, judged by rules in the open, explained."""
