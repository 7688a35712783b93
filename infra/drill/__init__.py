"""A disaster drill: a town's tables and buckets are lost while it goes on, and put back by the operator's own commands.

What is measured: how many acknowledged writes are lost, what took how long, and whether each row and object that was
recorded before is there again, and nobody who was erased. docs/how-to/back-up-and-restore.md says how to run it.
"""
