"""AWS clients of one process: made lazily, by botocore alone, with explicit limits of time and attempts.

boto3 would add its own import and nothing that is used here; clients are botocore's either way.

The budget: 3 attempts of at most 1 s to connect and 3 s to read keep the worst injected delay of a route below the
29 s of API Gateway even when two services fail at once.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import botocore.session
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
    """One client per service, made on first use (importing botocore is most of a cold start).

    Args:
        region: of all clients.
        session: a boto3 session of the caller's: tests and the local stack count or refuse calls by theirs.
    """

    def __init__(self, region: str, session: Session | None = None) -> None:
        self._region = region
        self._given = session
        self._functions: dict[float, LambdaClient] = {}

    def _client(self, service: str, config: Config) -> Any:
        if self._given is not None:
            return self._given.client(service, config=config)  # type: ignore[call-overload]  # any service by its name
        return self._session.create_client(service, region_name=self._region, config=config)

    @cached_property
    def _session(self) -> botocore.session.Session:
        from botocore.session import Session

        return Session()

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
        made: DynamoDBClient = self._client("dynamodb", self._config)
        return made

    @cached_property
    def s3(self) -> S3Client:
        """S3; SigV4 and path style, because presigned addresses must hold on any endpoint."""
        from botocore.config import Config

        by_path = Config(signature_version="s3v4", s3={"addressing_style": "path"})
        made: S3Client = self._client("s3", self._config.merge(by_path))
        return made

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
        made: S3Client = self._client("s3", self._config.merge(moves))
        return made

    @cached_property
    def sqs(self) -> SQSClient:
        """SQS."""
        made: SQSClient = self._client("sqs", self._config)
        return made

    def functions(self, patience: float) -> LambdaClient:
        """Lambda, for answers that take up to `patience` seconds; one attempt, because whoever asks may ask again."""
        from botocore.config import Config

        if patience not in self._functions:
            waits = Config(read_timeout=patience, retries={"total_max_attempts": 1, "mode": "standard"})
            self._functions[patience] = self._client("lambda", self._config.merge(waits))
        return self._functions[patience]

    @cached_property
    def ses(self) -> SESV2Client:
        """SES; one attempt, because it does not know a repeat."""
        made: SESV2Client = self._client("sesv2", self._single)
        return made

    @cached_property
    def sns(self) -> SNSClient:
        """SNS, for SMS; one attempt, because it does not know a repeat."""
        made: SNSClient = self._client("sns", self._single)
        return made

    @property
    def _single(self) -> Config:
        from botocore.config import Config

        return self._config.merge(Config(retries={"total_max_attempts": 1, "mode": "standard"}))

    @cached_property
    def kms(self) -> KMSClient:
        """KMS."""
        made: KMSClient = self._client("kms", self._config)
        return made
