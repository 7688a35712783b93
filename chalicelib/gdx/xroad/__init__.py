"""X-Road REST v1: what goes over its wire, and the routes that speak it."""
