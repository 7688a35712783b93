"""Personal data is found before it is published."""
