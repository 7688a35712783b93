"""From the bytes that an office uploads to a typed table.

`sniff` finds encoding, delimiter and header; `types` decides each column's type from every single value; `table` writes
the Parquet file and the preview. Nothing here knows of requests, DynamoDB or S3: files in, files and a report out.
"""
