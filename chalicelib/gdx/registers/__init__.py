"""Master-data registers: versioned code lists with an owner, labels in two languages and effective dates.

A province, a title, a kind of company has one code for everybody, and one agency that says so. A published version
never changes; a code is never taken out, only ended, so that what was written under it can always be read.
"""
