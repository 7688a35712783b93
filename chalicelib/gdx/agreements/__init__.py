"""Agreements on data: how two systems come to one, what it then lets through, and how anyone can check who signed it.

A consumer requests or a provider offers, they go back and forth, both sign the same terms, the exchange countersigns,
and from then on the agreement is the access list, the field mask and the quota of that consumer at that service.
Until then nothing passes. States and messages are those of the Dataspace Protocol's contract negotiation; the terms go
out and come in as ODRL.

- `rules`: who may do what in which state; whether terms fit the service's description.
- `terms`: the canonical text that is signed, and the signatures.
- `predicates`: answers of yes or no in place of records.
- `odrl`: an agreement as a Dataspace Protocol contract agreement, and back.
- `store`, `service`, `routes`: the negotiations themselves.
"""
