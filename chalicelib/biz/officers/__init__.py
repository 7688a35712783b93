"""What officers of an agency do with cases."""
