"""Who a person is to the portal: what the login says, and what the registers say, each value with its source."""
