"""Mini-apps: agencies' own small programs, opened from the portal with what the person lets them know, and no more.

The wire (`routes_wire.py`) is that of the existing super-app, so that agencies' mini-apps work unchanged. Its shapes
are known from public code and one public guide of its mini-app developers: a secondary source.
"""
