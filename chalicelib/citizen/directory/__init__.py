"""The list of everything that one can do with the state: rights, bills, licences, mini-apps, links, appointments."""
