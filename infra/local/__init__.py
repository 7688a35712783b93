"""The laptop stack. Nothing here is packaged for AWS and nothing of `chalicelib` imports it."""
