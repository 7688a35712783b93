"""How an agency comes to the exchange and looks after itself there, from invitation to first call.

- `invitations`: an operator invites; a one-time code turns into a member, its first system and its first key.
- `systems`: a member's own systems and endpoints, within the domains that operators approved.
- `doctor`: tests an agency's endpoint, clock, keys and descriptions, and says what to mend.
- `signing`: the exchange's own keys, present and past.

Keys of systems are in `directory/keys.py`, services in `services/`.
"""
