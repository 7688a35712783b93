"""A person's consent to exchanges about them: asked for, given, withdrawn, used (PDPA sections 19 and 20).

`rules.py` says what a consent allows; the pipeline of `exchanges.py` reads the consent's row on each call and requires
its version in the transaction that records, so a withdrawal bites at the very next call.
"""
