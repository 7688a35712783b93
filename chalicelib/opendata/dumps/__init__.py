"""The whole public catalogue as files, made anew each night: JSONL, CSV, N-Quads and Parquet.

A Lambda has no time for 300,000 datasets, so the work is done in steps: chunks are read in the order of ids and kept as
parts, then the parts of each format are joined to one object. After each step a row of the table says how far it is;
whoever comes next goes on there. Objects are never changed once they are told of: each night has its own.
"""
