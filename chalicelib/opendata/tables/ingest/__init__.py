"""From the bytes that an office uploads to typed tables.

`recognise` tells what a file is by its content, `opening` takes the tables out of it (`delimited`, `workbook`,
`records`, `columnar`, `archive`), `layout` finds header, titles and notes, `deciding` takes each column's type from
every single value (`kinds` and `types` are the ways of writing), `writing` makes the Parquet file and the preview,
`table` puts these together and `caged` does it all in a process with hard limits. `options` are what the owner wants
to be assumed instead. Nothing here knows of requests, DynamoDB or S3: files in, files and a report out.
"""
