"""The same on SES and SNS (moto), and what becomes of their errors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from boto3.session import Session
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)
from moto.backends import get_backend

from chalicelib.shared.aws.answers import surely
from chalicelib.shared.aws.clients import Clients
from chalicelib.shared.aws.ses import SesMailer
from chalicelib.shared.aws.sns import SnsTexter
from chalicelib.shared.messengers import Failed, Mail, NotTaken, Unclear, Undeliverable
from infra.local.calls import Calls
from infra.local.gateway_event import ACCOUNT
from tests.support.cloud import REGION, moto_cloud

MAIL = Mail("malee@example.com", "เรื่อง", "ข้อความถึงผู้รับ", {"about": "c1", "event": "e1", "template": "returned"})


@dataclass
class Cloud:
    """An account with the portal's own mail set up."""

    session: Session
    clients: Clients

    def mailer(self, sender: str = "notices@mail.klang.example") -> SesMailer:
        return SesMailer(lambda: self.clients.ses, sender, "klang-test-biz")

    def texter(self) -> SnsTexter:
        return SnsTexter(lambda: self.clients.sns)


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with moto_cloud(["biz"]) as session:
        yield Cloud(session, Clients(REGION, session))


def test_an_e_mail_is_taken_in_the_name_of_the_platform(cloud: Cloud) -> None:
    taken = cloud.mailer().send(MAIL)
    (sent,) = get_backend("ses")[ACCOUNT][REGION].sent_messages
    assert (sent.id, sent.source, sent.subject) == (taken, "notices@mail.klang.example", "เรื่อง")
    assert sent.destinations == {"ToAddresses": ["malee@example.com"]}
    assert sent.body == "ข้อความถึงผู้รับ"


def test_an_sms_is_taken(cloud: Cloud) -> None:
    taken = cloud.texter().text("+66812345678", "ข้อความ")
    assert get_backend("sns")[ACCOUNT][REGION].sms_messages == {taken: ("+66812345678", "ข้อความ")}


def test_a_sender_that_is_not_verified_is_refused_for_now(cloud: Cloud) -> None:
    with pytest.raises(NotTaken, match="MessageRejected"):
        cloud.mailer("x@nobody.example").send(MAIL)


def test_a_number_that_is_none_is_never_tried_again(cloud: Cloud) -> None:
    with pytest.raises(Undeliverable, match="InvalidParameter"):
        cloud.texter().text("0812345678", "ข้อความ")


def test_the_clients_that_send_ask_once(cloud: Cloud) -> None:
    clients: list[Any] = [cloud.clients.ses, cloud.clients.sns, cloud.clients.sqs]
    assert [client.meta.config.retries["total_max_attempts"] for client in clients] == [1, 1, 3]


def test_what_ses_tells_the_topic_reaches_the_queue(cloud: Cloud) -> None:
    sns, sqs = cloud.session.client("sns"), cloud.session.client("sqs")
    topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:klang-test-biz-feedback"
    sns.publish(TopicArn=topic, Message=json.dumps({"eventType": "Delivery"}))
    url = sqs.get_queue_url(QueueName="klang-test-biz-feedback")["QueueUrl"]
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    assert json.loads(json.loads(message["Body"])["Message"]) == {"eventType": "Delivery"}


def test_the_laptop_shows_what_was_told_in_words_without_addresses(cloud: Cloud) -> None:
    calls = Calls()
    calls.watch(cloud.session)
    cloud.mailer().send(MAIL)
    cloud.texter().text("+66812345678", "ข้อความ")
    assert calls.told == [
        {"channel": "sms", "text": "ข้อความ", "segments": 1},
        {"channel": "email", "template": "returned", "subject": "เรื่อง", "text": "ข้อความถึงผู้รับ"},
    ]
    assert "malee" not in str(calls.told) and "+66" not in str(calls.told)
    assert calls.totals == {"email:SendEmail": 1, "sns:Publish": 1}


def refused(code: str, status: int) -> ClientError:
    answer = {"Error": {"Code": code, "Message": "malee@example.com"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "SendEmail")  # type: ignore[arg-type] # the stub wants every field of an answer


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (refused("TooManyRequestsException", 429), NotTaken),
        (refused("Throttling", 400), NotTaken),
        (refused("AccessDeniedException", 403), NotTaken),
        (refused("SendingPausedException", 400), NotTaken),
        (refused("OptedOutException", 400), Undeliverable),
        (refused("InternalFailure", 500), Unclear),
        (refused("ServiceUnavailable", 503), Unclear),
        (ConnectTimeoutError(endpoint_url="https://x"), NotTaken),
        (EndpointConnectionError(endpoint_url="https://x"), NotTaken),
        (NoCredentialsError(), Unclear),
        (ReadTimeoutError(endpoint_url="https://x"), Unclear),
    ],
)
def test_each_error_is_one_of_three_answers_and_says_no_address(raised: Exception, expected: type[Failed]) -> None:
    with pytest.raises(expected) as told, surely("email"):
        raise raised
    assert "malee" not in str(told.value) and told.value.__suppress_context__
