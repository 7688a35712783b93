"""The Citizen Portal: one place for a person's dealings with the state.

What the state tells a person lies in the inbox, with the times that have legal effect; what it gives them lies in the
wallet, sealed; and what it does with their data is in the access log, which the exchange itself writes. The room knows
people by pseudonyms only; name and assurance level come from the login of the moment and are not kept.
"""
