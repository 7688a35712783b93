"""Who a person is to the portal."""
