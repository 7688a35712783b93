"""What a person is told about values that wait for them."""

from __future__ import annotations

from ...shared.thai import Text
from .model import Prefill


def waiting(prefill: Prefill) -> tuple[Text, Text]:
    """Title and text."""
    th, en = prefill.client_th, prefill.client_en
    return (
        Text(th=f"โปรดตรวจข้อมูลก่อนส่งให้ {th}", en=f"Look at your data before {en} gets it"),
        Text(
            th=(
                f"{th} ขอข้อมูลจากทะเบียนของรัฐเพื่อเติมแบบฟอร์มให้ท่าน ท่านเลือกได้ว่าจะส่งรายการใด "
                f"หากไม่ตอบภายใน 24 ชั่วโมง ข้อมูลจะถูกลบและไม่ส่งให้ใคร (รายการ {prefill.id})"
            ),
            en=(
                f"{en} asks for values of state registers to fill a form for you. You choose what it gets. Without an "
                f"answer within 24 hours they are deleted and nobody gets them (preview {prefill.id})."
            ),
        ),
    )
