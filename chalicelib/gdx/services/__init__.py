"""Services as their providers describe them: OpenAPI 3 in numbered versions, what changed between two of them, which
agreements a change breaks, and when a service is away.

- `schemas`, `schema_diff`, `openapi_diff`, `words`: what changed, and for whom it is breaking. Pure.
- `breaks`: which agreements a change touches. Pure.
- `describing`: takes a new description in, with everything that follows from it, in one transaction.
- `catalogue`: the public list with search.
"""
