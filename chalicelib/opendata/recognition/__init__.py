"""What a table's columns hold: places, years, dates, organisations, coordinates; and what their values are like.

`codes` are the words for it, `places` the provinces, districts and sub-districts, `recognise` the rules and their look
at a table, `profile` the look that counts, `sketch` what is kept of a column's values to compare it with others.
Nothing here knows of requests, DynamoDB or S3.
"""
