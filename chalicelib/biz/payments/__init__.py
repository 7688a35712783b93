"""Fees: the bill, the QR, and what comes back from the bank."""
