"""What Klang costs, measured beside the same thing without Klang, in one run on one machine."""
