"""What the applicant is told about their money: it did not fit, it goes back, a fee is owed again. Pure."""

from __future__ import annotations

from chalicelib.shared.journal import Event
from chalicelib.shared.thai import Text

from ..definitions.fees import baht

_LOOKS = Text(
    th="เจ้าหน้าที่การเงินของหน่วยงานจะพิจารณา ท่านดูผลได้ที่หน้าการชำระเงินของคำขอ",
    en="The agency's finance officers look into it; the application's payments tell what comes of it.",
)
_KEPT = {
    "short": Text(
        th="ได้รับเงิน {baht} บาท ซึ่งน้อยกว่าค่าธรรมเนียม คำขอจึงยังไม่ถือว่าชำระแล้ว",
        en="{baht} baht came in, which is less than the fee; the fee does not count as paid yet.",
    ),
    "over": Text(
        th="ได้รับเงิน {baht} บาท ซึ่งเกินค่าธรรมเนียม คำขอจึงยังไม่ถือว่าชำระแล้ว",
        en="{baht} baht came in, which is more than the fee; the fee does not count as paid yet.",
    ),
    "already_paid": Text(
        th="ได้รับเงิน {baht} บาท สำหรับค่าธรรมเนียมที่ชำระไปแล้ว", en="{baht} baht came in for a fee that was paid already."
    ),
    "no_fee_due": Text(
        th="ได้รับเงิน {baht} บาท สำหรับคำขอที่ยังไม่ต้องชำระค่าธรรมเนียม",
        en="{baht} baht came in for an application for which no fee is due yet.",
    ),
    "licence_changed": Text(
        th="ได้รับเงิน {baht} บาท แต่ใบอนุญาตที่คำขอนี้เกี่ยวข้องถูกพักใช้ เพิกถอน หรือสิ้นผลไปแล้ว จึงยังออกให้ไม่ได้",
        en="{baht} baht came in, but the licence that the application is about was suspended or revoked, or has ended, "
        "so nothing could be issued.",
    ),
    "case_ended": Text(
        th="ได้รับเงิน {baht} บาท สำหรับคำขอที่สิ้นสุดแล้ว", en="{baht} baht came in for an application that has ended."
    ),
}
_DONE = {
    "refund_ordered": Text(th="หน่วยงานสั่งคืนเงิน {baht} บาทให้ท่านแล้ว", en="The agency ordered {baht} baht back to you."),
    "refunded": Text(th="ธนาคารแจ้งว่าคืนเงิน {baht} บาทให้ท่านแล้ว", en="The bank says that {baht} baht went back to you."),
}
OWED_AGAIN = Text(
    th="ธนาคารเรียกเงินที่ท่านชำระค่าธรรมเนียมคืน ใบเสร็จเดิมใช้ไม่ได้แล้ว โปรดชำระค่าธรรมเนียมอีกครั้ง",
    en="The bank took back the money that had paid your fee. The receipt holds no longer; please pay the fee again.",
)
PAID_AGAIN = Text(
    th="ได้รับชำระค่าธรรมเนียมอีกครั้งแล้ว ใบเสร็จใหม่อยู่ในกระเป๋าเอกสาร",
    en="The fee was paid again; the new receipt is in your wallet.",
)


def is_heard(what: str, kind: object) -> bool:
    """Whether the applicant must learn of `biz.money.{what}`; a conflict is a riddle for officers only."""
    return what in _DONE or (what == "kept" and kind in _KEPT)


def words(event: Event) -> Text:
    """What an event of the kind that is heard says to the applicant."""
    what, amount = event.type.rpartition(".")[2], baht(int(event.data["satang"]))
    if what in _DONE:
        return _filled(_DONE[what], amount)
    said = _filled(_KEPT[str(event.data["kind"])], amount)
    return Text(th=f"{said.th} {_LOOKS.th}", en=f"{said.en} {_LOOKS.en}")


def _filled(text: Text, amount: str) -> Text:
    return Text(th=text.th.format(baht=amount), en=text.en.format(baht=amount))
