"""AWS clients of one process: made lazily, with explicit limits of time and attempts.

The budget: 3 attempts of at most 1 s to connect and 3 s to read keep the worst injected delay of a route below the
29 s of API Gateway even when two services fail at once.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from boto3.session import Session
    from botocore.config import Config
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient


class Clients:
    """One client per service, made on first use (importing boto3 is most of a cold start)."""

    def __init__(self, region: str, session: Session | None = None) -> None:
        self._region = region
        self._given = session
        self._functions: dict[float, LambdaClient] = {}

    @cached_property
    def session(self) -> Session:
        """The boto3 session; tests and the local stack hand in their own to count or refuse calls."""
        if self._given is not None:
            return self._given
        from boto3.session import Session

        return Session(region_name=self._region)

    @cached_property
    def _config(self) -> Config:
        from botocore.config import Config

        return Config(
            region_name=self._region,
            connect_timeout=1,
            read_timeout=3,
            retries={"total_max_attempts": 3, "mode": "standard"},
            signature_version=None,
        )

    @cached_property
    def dynamodb(self) -> DynamoDBClient:
        """DynamoDB."""
        return self.session.client("dynamodb", config=self._config)

    @cached_property
    def s3(self) -> S3Client:
        """S3; SigV4 and path style, because presigned addresses must hold on any endpoint."""
        from botocore.config import Config

        return self.session.client(
            "s3", config=self._config.merge(Config(signature_version="s3v4", s3={"addressing_style": "path"}))
        )

    @cached_property
    def patient_s3(self) -> S3Client:
        """S3 for what moves many bytes: it may be silent for two minutes, as while it copies gigabytes.

        Checksums of what is read are not looked at: whoever streams a file hashes it, and of a file in parts S3's own
        is none of the whole.
        """
        from botocore.config import Config

        moves = Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            read_timeout=120,
            response_checksum_validation="when_required",
        )
        return self.session.client("s3", config=self._config.merge(moves))

    @cached_property
    def sqs(self) -> SQSClient:
        """SQS."""
        return self.session.client("sqs", config=self._config)

    def functions(self, patience: float) -> LambdaClient:
        """Lambda, for answers that take up to `patience` seconds; one attempt, because whoever asks may ask again."""
        from botocore.config import Config

        if patience not in self._functions:
            waits = Config(read_timeout=patience, retries={"total_max_attempts": 1, "mode": "standard"})
            self._functions[patience] = self.session.client("lambda", config=self._config.merge(waits))
        return self._functions[patience]

    @cached_property
    def ses(self) -> SESV2Client:
        """SES; one attempt, because it does not know a repeat."""
        return self.session.client("sesv2", config=self._single)

    @cached_property
    def sns(self) -> SNSClient:
        """SNS, for SMS; one attempt, because it does not know a repeat."""
        return self.session.client("sns", config=self._single)

    @property
    def _single(self) -> Config:
        from botocore.config import Config

        return self._config.merge(Config(retries={"total_max_attempts": 1, "mode": "standard"}))

    @cached_property
    def kms(self) -> KMSClient:
        """KMS."""
        return self.session.client("kms", config=self._config)
