"""The login page of the test OpenID provider: one button per sample person, plain HTML, no script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from infra.local.personas import Persona

_STYLE = (
    "body{font-family:sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem;line-height:1.5}"
    "button{display:block;width:100%;text-align:left;margin:.5rem 0;padding:.75rem"
    ";font:inherit;cursor:pointer}"
    "small{display:block;color:#444}"
)


def login_page(action: str, fields: Mapping[str, str], people: Sequence[Persona]) -> str:
    """The page; `fields` of the authorization request travel along in the form."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in fields.items()
        if name != "persona"
    )
    buttons = "".join(
        f'<button name="persona" value="{escape(person.id)}">{escape(person.name_th)} '
        f'(<span lang="en">{escape(person.name_en)}, {escape(person.kind)}</span>)'
        f'<small lang="en">{escape(person.description)}</small></button>'
        for person in people
    )
    return (
        '<!doctype html><html lang="th"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>เข้าสู่ระบบทดสอบ</title><style>{_STYLE}</style></head><body>"
        '<h1>เข้าสู่ระบบทดสอบ <span lang="en">(test login)</span></h1>'
        "<p>เลือกบุคคลตัวอย่าง ไม่มีรหัสผ่าน "
        '<span lang="en">Choose a sample person; there are no passwords.</span></p>'
        f'<form method="post" action="{escape(action)}">{hidden}{buttons}</form></body></html>'
    )
