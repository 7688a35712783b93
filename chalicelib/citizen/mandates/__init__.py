"""Who may act for whom: a parent for a child, somebody whom a person chose; and the tokens with which they act."""
