"""What a person sees of the exchange: who asked about them, when, what for and by which law (PDPA section 30).

`log.py` reads the lines that the pipeline writes with every exchange; `tracker.py` gives them in the words of Estonia's
data tracker (dumonitor, findUsage 2.0).
"""
