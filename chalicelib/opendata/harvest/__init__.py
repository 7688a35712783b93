"""Harvesting: the datasets of other catalogues (CKAN, DCAT, data.json), kept as they stand there."""
