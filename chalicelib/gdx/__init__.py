"""GDX, the government data exchange centre (ศูนย์แลกเปลี่ยนข้อมูลกลาง, Digital Government Act B.E. 2562 s.15).

An agency asks another agency for what the state already holds, so that nobody asks the citizen for it again. Nothing
passes without an agreement, and the agreement is the access list, the field mask and the quota in one:

    authenticated system -> ids -> agreement -> quota -> provider -> its own schema -> agreed fields only
    -> evidence leaf + the citizen's access log + receipt -> answer

`routes*.py` speak X-Road REST v1 (`/r1/...`) and `/gdx/v1`; `exchanges.py` is the one pipeline; `orders.py` runs it
off the request through a queue; `directory.py` knows the members; `tokens.py` logs systems in; `usage/` tells a person
who asked about them. The exchange keeps no bodies: only salted commitments to them.
"""
