"""The rules of comparison by name: what each change is called in both languages, and whether it can break a consumer.

Breaking means: a request that was accepted may now be refused or understood differently, or an answer may come that
the old description did not allow, or lacks what it promised. Requests may therefore only get wider and answers only
narrower (the variance of a function type); a field that is added to an answer breaks nobody, because the exchange
hands out agreed fields only.
"""

from __future__ import annotations

from typing import NamedTuple

from .model import Kind


class Rule(NamedTuple):
    """One kind of change; `{name}` in the texts is the field, parameter, status or keyword it is about."""

    kind: Kind
    breaking: bool
    th: str
    en: str


RULES: dict[str, Rule] = {
    # operations
    "operation-removed": Rule("removed", True, "ยกเลิกรายการเรียกใช้นี้", "The operation is gone."),
    "operation-added": Rule("added", False, "เพิ่มรายการเรียกใช้ใหม่", "A new operation."),
    "operation-not-comparable": Rule(
        "changed", True, "คำอธิบายซับซ้อนเกินกว่าจะเปรียบเทียบได้", "The operation is too complex to be compared."
    ),
    # parameters
    "parameter-removed": Rule("removed", True, "ยกเลิกพารามิเตอร์ {name}", "The parameter {name} is gone."),
    "parameter-added": Rule("added", False, "เพิ่มพารามิเตอร์ {name} (ไม่บังคับ)", "A new optional parameter {name}."),
    "parameter-added-required": Rule("added", True, "เพิ่มพารามิเตอร์บังคับ {name}", "A new parameter {name} is mandatory."),
    "parameter-now-required": Rule(
        "changed", True, "พารามิเตอร์ {name} กลายเป็นบังคับ", "The parameter {name} is mandatory now."
    ),
    "parameter-now-optional": Rule(
        "changed", False, "พารามิเตอร์ {name} ไม่บังคับแล้ว", "The parameter {name} is optional now."
    ),
    "parameter-style-changed": Rule(
        "changed", True, "รูปแบบการส่งพารามิเตอร์ {name} เปลี่ยนไป", "The parameter {name} is written differently."
    ),
    # request bodies
    "request-body-added": Rule("added", False, "รับเนื้อหาคำขอได้ (ไม่บังคับ)", "A request body is taken now (optional)."),
    "request-body-added-required": Rule("added", True, "ต้องส่งเนื้อหาคำขอ", "A request body is mandatory now."),
    "request-body-removed": Rule("removed", True, "ไม่รับเนื้อหาคำขอแล้ว", "The request body is not read any more."),
    "request-body-now-required": Rule("changed", True, "เนื้อหาคำขอกลายเป็นบังคับ", "The request body is mandatory now."),
    "request-body-now-optional": Rule("changed", False, "เนื้อหาคำขอไม่บังคับแล้ว", "The request body is optional now."),
    "request-media-removed": Rule(
        "removed", True, "ไม่รับคำขอชนิด {name} แล้ว", "Requests in {name} are not taken any more."
    ),
    "request-media-added": Rule("added", False, "รับคำขอชนิด {name} ได้", "Requests in {name} are taken too."),
    "request-field-removed": Rule(
        "removed", True, "ไม่อ่านข้อมูล {name} ในคำขอแล้ว", "The request's field {name} is not read any more."
    ),
    "request-field-added": Rule(
        "added", False, "เพิ่มข้อมูล {name} ในคำขอ (ไม่บังคับ)", "A new optional request field {name}."
    ),
    "request-field-added-required": Rule(
        "added", True, "คำขอต้องมีข้อมูล {name}", "A new request field {name} is mandatory."
    ),
    "request-field-now-required": Rule(
        "changed", True, "ข้อมูล {name} ในคำขอกลายเป็นบังคับ", "The request's field {name} is mandatory now."
    ),
    "request-field-now-optional": Rule(
        "changed", False, "ข้อมูล {name} ในคำขอไม่บังคับแล้ว", "The request's field {name} is optional now."
    ),
    "request-closed": Rule(
        "changed", True, "คำขอมีข้อมูลนอกเหนือจากที่ระบุไม่ได้แล้ว", "The request may not hold further fields any more."
    ),
    "request-opened": Rule("changed", False, "คำขอมีข้อมูลอื่นเพิ่มได้", "The request may hold further fields."),
    "request-type-narrowed": Rule(
        "changed", True, "คำขอไม่รับชนิดข้อมูล {name} แล้ว", "The type {name} is not taken any more."
    ),
    "request-type-widened": Rule("changed", False, "คำขอรับชนิดข้อมูล {name} เพิ่ม", "The type {name} is taken too."),
    "request-enum-narrowed": Rule("changed", True, "ค่าที่คำขอใช้ได้ลดลง", "Fewer values are taken."),
    "request-enum-widened": Rule("changed", False, "ค่าที่คำขอใช้ได้เพิ่มขึ้น", "More values are taken."),
    "request-constraint-tightened": Rule("changed", True, "ข้อกำหนด {name} ของคำขอเข้มขึ้น", "{name} is stricter."),
    "request-constraint-loosened": Rule("changed", False, "ข้อกำหนด {name} ของคำขอผ่อนลง", "{name} is less strict."),
    "request-variant-removed": Rule("removed", True, "คำขอแบบหนึ่งใช้ไม่ได้แล้ว", "One of the forms of the request is gone."),
    "request-variant-added": Rule("added", False, "เพิ่มรูปแบบคำขอ", "A further form of the request."),
    # answers
    "answer-status-removed": Rule(
        "removed", True, "ไม่มีคำตอบสถานะ {name} แล้ว", "Status {name} is not answered any more."
    ),
    "answer-status-added": Rule("added", False, "เพิ่มคำตอบสถานะ {name}", "Status {name} may be answered too."),
    "answer-media-removed": Rule("removed", True, "ไม่มีคำตอบชนิด {name} แล้ว", "Answers in {name} are gone."),
    "answer-media-added": Rule("added", False, "เพิ่มคำตอบชนิด {name}", "Answers in {name} are there too."),
    "answer-field-removed": Rule("removed", True, "คำตอบไม่มีข้อมูล {name} แล้ว", "The answer's field {name} is gone."),
    "answer-field-added": Rule("added", False, "คำตอบมีข้อมูล {name} เพิ่ม", "The answer has a new field {name}."),
    "answer-field-now-optional": Rule(
        "changed", True, "ข้อมูล {name} ในคำตอบอาจไม่มี", "The answer's field {name} may be missing now."
    ),
    "answer-field-now-required": Rule(
        "changed", False, "ข้อมูล {name} ในคำตอบมีเสมอ", "The answer's field {name} is always there now."
    ),
    "answer-closed": Rule(
        "changed", False, "คำตอบไม่มีข้อมูลนอกเหนือจากที่ระบุแล้ว", "The answer holds no further fields any more."
    ),
    "answer-opened": Rule("changed", False, "คำตอบอาจมีข้อมูลอื่นเพิ่ม", "The answer may hold further fields."),
    "answer-type-widened": Rule("changed", True, "คำตอบอาจเป็นชนิดข้อมูล {name}", "The answer may be of type {name} now."),
    "answer-type-narrowed": Rule(
        "changed", False, "คำตอบไม่เป็นชนิดข้อมูล {name} แล้ว", "The answer is never of type {name} now."
    ),
    "answer-enum-widened": Rule("changed", True, "คำตอบอาจเป็นค่าใหม่", "The answer may have values that it never had."),
    "answer-enum-narrowed": Rule("changed", False, "ค่าที่เป็นไปได้ของคำตอบลดลง", "The answer has fewer values."),
    "answer-constraint-loosened": Rule(
        "changed", True, "ข้อกำหนด {name} ของคำตอบผ่อนลง", "{name} does not hold as before."
    ),
    "answer-constraint-tightened": Rule("changed", False, "ข้อกำหนด {name} ของคำตอบเข้มขึ้น", "{name} is stricter."),
    "answer-variant-added": Rule("added", True, "คำตอบอาจมีรูปแบบใหม่", "The answer may have a form that it never had."),
    "answer-variant-removed": Rule("removed", False, "คำตอบรูปแบบหนึ่งไม่มีแล้ว", "One of the forms of the answer is gone."),
}
