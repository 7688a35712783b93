"""The catalogue as linked data: DCAT-AP 3.0.1 with its HVD profile, schema.org and Croissant 1.0.

`codes.py` says Thai codes in the words of the EU's authority tables, `graph.py` makes the RDF of one dataset,
`catalogue.py` of a page of the catalogue; rdflib is loaded only when one of them is asked for.
"""
