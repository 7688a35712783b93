"""What a service is: one JSON document, examined and tried before it is published."""
