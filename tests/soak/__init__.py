"""Many short lives under faults: every flow of the platforms against a plain model, and defects that must be seen."""
