"""Bills of electricity and water: asked of the biller, paid by one live Thai QR, accounted for by transaction."""
