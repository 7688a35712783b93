"""The only files of the rooms' world that speak boto3: DynamoDB, S3, SQS and KMS behind the protocols of shared/."""
