"""What the room's credentials and their claims are called, for wallets and verifiers; see `shared.credential_types`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from chalicelib.shared.credential_types import Claim, TypeMetadata, metadata
from chalicelib.shared.thai import Text

from .issuance import RECEIPT_VCT, SLIP_VCT

if TYPE_CHECKING:
    from ..definitions.model import ServiceDefinition

_NO = Text(th="เลขที่เอกสาร", en="Document number")
_NAME = Text(th="ชื่อเอกสาร", en="Document")
_AGENCY = Text(th="รหัสหน่วยงานผู้ออก", en="Code of the issuing agency")
_AGENCY_NAME = Text(th="หน่วยงานผู้ออก", en="Issuing agency")

HEAD: Mapping[str, Text] = {
    "licence_no": _NO,
    "agency": _AGENCY,
    "agency_name": _AGENCY_NAME,
    "licence_name": _NAME,
    "replaces": Text(th="ออกแทนเอกสารเลขที่", en="Replaces document number"),
}
"""Claims of every licence besides those of its definition."""


def own(vct: str) -> TypeMetadata | None:
    """A type that no definition makes: of receipts, and of what a QR carries."""
    if vct == RECEIPT_VCT:
        return metadata(
            RECEIPT_VCT,
            Text(th="ใบเสร็จรับเงินค่าธรรมเนียม", en="Receipt for a fee"),
            [
                Claim("receipt_no", Text(th="เลขที่ใบเสร็จ", en="Receipt number")),
                Claim("application", Text(th="เลขที่คำขอ", en="Application number")),
                Claim("agency", Text(th="รหัสหน่วยงานที่รับคำขอ", en="Code of the agency")),
                Claim("agency_name", Text(th="หน่วยงานที่รับคำขอ", en="Agency")),
                Claim("paid_at", Text(th="ชำระเมื่อ", en="Paid at")),
                Claim("lines", Text(th="รายการ", en="Items")),
                Claim("total_baht", Text(th="รวมเป็นเงิน (บาท)", en="Total (baht)")),
                Claim("payer", Text(th="ผู้ชำระเงิน", en="Payer"), sd="always"),
            ],
        )
    if vct == SLIP_VCT:
        return metadata(
            SLIP_VCT,
            Text(th="เอกสารฉบับย่อใน QR", en="Document in short, of the QR"),
            [Claim("licence_no", _NO), Claim("licence_name", _NAME), Claim("agency_name", _AGENCY_NAME)],
        )
    return None


def licence_type(definition: ServiceDefinition) -> TypeMetadata:
    """The type of a definition's licences: claims by the names that the form gave them."""
    rule, hints = definition.credential, definition.form.hints
    claims = [Claim(name, label) for name, label in HEAD.items() if name not in rule.claims]
    for name, pointer in rule.claims.items():
        hint = hints.get(pointer)
        label, choices = (None, {}) if hint is None else (hint.label, hint.choices)
        claims.append(Claim(name, label, "always" if name in rule.sd else "never", choices))
    return metadata(rule.vct, rule.name, claims)
