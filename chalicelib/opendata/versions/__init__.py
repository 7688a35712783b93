"""Versions of files: what was different, how to cite one, and the proof that none was changed or left out.

chain.py     each version's hash binds the one before      telling.py   who is told of which version
"""
