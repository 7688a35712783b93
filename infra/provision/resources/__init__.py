"""The resource types that the applier can put in place, one module per service."""

from __future__ import annotations

from infra.provision.resources import cloudwatch, dynamodb, kms, logs, s3, ses, sns, sqs
from infra.provision.resources.base import Cloud, Handler, Made

HANDLERS: dict[str, Handler] = {
    "AWS::CloudWatch::Alarm": Handler(cloudwatch.ALARM, cloudwatch.alarm),
    "AWS::CloudWatch::CompositeAlarm": Handler(cloudwatch.COMPOSITE, cloudwatch.composite),
    "AWS::CloudWatch::Dashboard": Handler(cloudwatch.DASHBOARD, cloudwatch.dashboard),
    "AWS::DynamoDB::Table": Handler(dynamodb.TABLE, dynamodb.table),
    "AWS::KMS::Alias": Handler(kms.ALIAS, kms.alias),
    "AWS::KMS::Key": Handler(kms.KEY, kms.key),
    "AWS::Logs::QueryDefinition": Handler(logs.QUERY, logs.query),
    "AWS::S3::Bucket": Handler(s3.BUCKET, s3.bucket),
    "AWS::S3::BucketPolicy": Handler(s3.BUCKET_POLICY, s3.bucket_policy),
    "AWS::SES::ConfigurationSet": Handler(ses.CONFIGURATION_SET, ses.configuration_set),
    "AWS::SES::ConfigurationSetEventDestination": Handler(ses.EVENT_DESTINATION, ses.event_destination),
    "AWS::SES::EmailIdentity": Handler(ses.IDENTITY, ses.identity),
    "AWS::SNS::Subscription": Handler(sns.SUBSCRIPTION, sns.subscription),
    "AWS::SNS::Topic": Handler(sns.TOPIC, sns.topic),
    "AWS::SNS::TopicPolicy": Handler(sns.TOPIC_POLICY, sns.topic_policy),
    "AWS::SQS::Queue": Handler(sqs.QUEUE, sqs.queue),
    "AWS::SQS::QueuePolicy": Handler(sqs.QUEUE_POLICY, sqs.queue_policy),
}

__all__ = ["HANDLERS", "Cloud", "Handler", "Made"]
