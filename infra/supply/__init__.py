"""What Klang is made of: locked libraries, their licences and known faults, and a bill of materials per package."""
