"""What was given: licences, receipts, their register and their status lists."""
