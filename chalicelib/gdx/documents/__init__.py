"""Documents of up to 5 GB that travel with asynchronous exchanges, by presigned parts of S3."""
