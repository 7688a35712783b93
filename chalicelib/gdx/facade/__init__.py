"""The Thai façade: existing clients of the government gateway keep their calls (`Consumer-Key`, `Token`, `/ws/...`).

The gateway's dialect is two steps: `/ws/auth/validate` changes a consumer's key and secret for a token, then any
`/ws/{agency}/...` call carries key and token. Here both lead into the one pipeline of every exchange: the key belongs
to a subsystem, a mapping (data, registered by the provider) says which service a call means and how its parameters
become the service's JSON body, and the agreement decides as for everybody else.

Kept of a secret, a key and a token: only codes under the room's key. Kept of the officer (`AgentID`): a pseudonym that
two agencies do not share. A legacy URL holds a secret or a citizen's number; nothing of ours repeats a query string.
"""
