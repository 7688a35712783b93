"""The Citizen Portal: one place for a person's dealings with the state.

A right finds the person (`offers`), is judged live at the registers with every step told (`entitlements`), and is
applied for at the engine of licences (`applications`). Bills are paid (`bills`), messages served (`inbox`, `channels`),
papers kept and shown (`wallet`), services and offices found (`directory`, `appointments`), agencies' own mini-apps run
(`miniapps`). What the state does with a person's data is theirs to see, question, allow and end (`access`, `consents`,
`own_data`). Whoever logs in (`sessions`, `profile`) may let another act, or be helped at a counter (`mandates`,
`assisted`, `acting`), and every deed leaves a line (`activity`). `home` shows it all in one read (`cards`).

People are pseudonyms in every key; whatever names them or tells of their money or health is sealed. No answer of a
register is kept, but for the profile, which says where each value comes from and how old it is.
"""
