"""What people read about their bills, Thai and English."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from chalicelib.shared.thai import Language, Text, format_date

PAID = (
    Text(th="ชำระค่าบริการ {name} แล้ว {baht} บาท", en="Paid to {name}: {baht} baht"),
    Text(
        th="ได้รับเงิน {baht} บาทแล้ว ใบเสร็จเลขที่ {receipt} อยู่ในกระเป๋าเอกสาร พอร์ทัลแจ้ง{name}ให้ท่านเอง",
        en="{baht} baht came in. Receipt {receipt} is in your wallet; the portal tells {name} for you.",
    ),
)
REVERSED = (
    Text(th="บิลของ {name} กลับมาค้างชำระ", en="Your bill of {name} is to be paid again"),
    Text(
        th="ธนาคารเรียกเงิน {baht} บาทคืน ใบเสร็จเลขที่ {receipt} ใช้ไม่ได้แล้ว โปรดชำระอีกครั้ง",
        en="The bank took {baht} baht back. Receipt {receipt} holds no longer; please pay again.",
    ),
)
REMINDER = (
    Text(th="ใกล้ครบกำหนดชำระค่าบริการ {name}", en="Your bill of {name} is due soon"),
    Text(
        th="มียอด {baht} บาท ครบกำหนดวันที่ {due} ชำระได้ที่หน้าบิลของพอร์ทัล หากชำระแล้วไม่ต้องทำอะไร",
        en="{baht} baht are due on {due}. You can pay among your bills here; if you have paid, do nothing.",
    ),
)
_LOOKS = Text(
    th="เจ้าหน้าที่การเงินจะพิจารณาและแจ้งผลให้ทราบ ท่านไม่ต้องทำอะไร",
    en="Finance officers look into it and will tell you; nothing is to be done.",
)


def _kept(th: str, en: str) -> tuple[Text, Text]:
    title = Text(th="เงินที่ชำระให้ {name} ยังไม่ตรงกับบิล", en="Money paid to {name} does not fit the bill yet")
    return title, Text(th=f"{th} {_LOOKS.th}", en=f"{en} {_LOOKS.en}")


MONEY: Mapping[tuple[str, str], tuple[Text, Text]] = {
    ("kept", "short"): _kept(
        "ได้รับเงิน {baht} บาท ซึ่งน้อยกว่ายอดบิล บิลจึงยังไม่ถือว่าชำระแล้ว",
        "{baht} baht came in, which is less than the bill; it does not count as paid yet.",
    ),
    ("kept", "over"): _kept(
        "ได้รับเงิน {baht} บาท ซึ่งเกินยอดบิล บิลจึงยังไม่ถือว่าชำระแล้ว",
        "{baht} baht came in, which is more than the bill; it does not count as paid yet.",
    ),
    ("kept", "already_paid"): _kept(
        "ได้รับเงิน {baht} บาท สำหรับบิลที่ชำระไปแล้ว", "{baht} baht came in for a bill that was paid already."
    ),
    ("kept", "bill_gone"): _kept(
        "ได้รับเงิน {baht} บาท สำหรับบิลที่ผู้ออกบิลยกเลิกหรือปิดไปแล้ว",
        "{baht} baht came in for a bill that the biller has cancelled or closed.",
    ),
    ("refund_ordered", ""): (
        Text(th="สั่งคืนเงินค่าบริการ {name}", en="Money paid to {name} goes back to you"),
        Text(th="เจ้าหน้าที่สั่งคืนเงิน {baht} บาทให้ท่านแล้ว", en="{baht} baht were ordered back to you."),
    ),
    ("refunded", ""): (
        Text(th="คืนเงินค่าบริการ {name} แล้ว", en="Money paid to {name} went back to you"),
        Text(th="ธนาคารแจ้งว่าคืนเงิน {baht} บาทให้ท่านแล้ว", en="The bank says that {baht} baht went back to you."),
    ),
}
"""(what happened, in which queue the money stands) -> title and body."""

NOT_TAKEN = Text(
    th="ผู้ออกบิลไม่รับเรื่องนี้ โปรดติดต่อผู้ออกบิลโดยตรง", en="The biller did not take it; please ask the biller itself."
)


def facts(given: Mapping[str, object], name: str, due: dt.date, language: Language) -> dict[str, object]:
    """What the texts may name, in one language."""
    return {**given, "name": name, "due": format_date(due, language)}
