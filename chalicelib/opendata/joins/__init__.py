"""What a table can be joined with: an index of recognised columns, the share of values that meet, and ready SQL.

JOIN#{key} / {resource}#{table}#{place}   a column of a public table that holds such things (`recognition.codes.KEYS`)
DATASET#{id} / JOINS#{resource}           which of them belong to a resource, and of which file version
"""
