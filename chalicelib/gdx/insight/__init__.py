"""The exchange explained and watched: why a call passes or not, what passed, what is left, who is connected.

`explain.py` runs the very checks of the pipeline; `monitor.py` tells exchanges in the record shape of X-Road's
operational monitoring; `reading.py` walks the rows of a time span page by page; `obligations.py` says what each agency
has connected to the four central platforms. Nothing here holds personal data, and nothing here is told to others than
the parties of an exchange and the exchange's operators (obligations are public).
"""
