"""Putting a table or a bucket back to what it was: aside first, looked at, and then only what differs.

What people had erased since then stays erased (`erased`). docs/how-to/back-up-and-restore.md says when to use what.
"""
