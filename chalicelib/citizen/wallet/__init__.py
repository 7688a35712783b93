"""The wallet: licences, receipts and certificates that the state gave a person, shown with what they choose."""
