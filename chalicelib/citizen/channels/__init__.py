"""How a person wants to be told that something lies in the inbox: by e-mail or SMS, by category."""
