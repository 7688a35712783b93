"""GDX, the government data exchange centre (ศูนย์แลกเปลี่ยนข้อมูลกลาง, Digital Government Act B.E. 2562 s.15).

An agency asks another agency for what the state already holds, so that nobody asks the citizen for it again. Nothing
passes without an agreement, and the agreement is the access list, the field mask and the quota in one:

    authenticated system -> ids -> agreement -> quota -> provider -> its own schema -> agreed fields only
    -> evidence leaf + the citizen's access log + receipt -> answer

`exchanges.py` is the one pipeline, `checks.py` the reasons for which it refuses. Doors to it: `xroad/` speaks X-Road
REST v1 (`/r1/...`), `facade/` the Thai gateway's `/ws/...`, `orders/` runs it off the request through a queue.
`directory/`, `onboarding/` and `services/` know who has joined and what they offer, `agreements/` and `consents/` what
may pass; `tokens.py` logs systems in. `transparency/` proves what passed, `usage/` tells a person who asked about them,
`insight/` tells the parties why a call passes and what did. `registers/` keeps code lists, `sandbox/` people who do not
exist. The exchange keeps no bodies: only salted commitments to them.
"""
