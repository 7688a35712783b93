"""Packages and deploys: the Chalice command line with the mends that this house needs of it."""
