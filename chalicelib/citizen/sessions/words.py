"""What people read about their sessions."""

from __future__ import annotations

from chalicelib.shared.thai import Text

from .rules import DEVICES

TITLE = Text(th="อุปกรณ์ที่เข้าสู่ระบบ", en="Devices that are logged in")

WARNING_TITLE = Text(th="มีผู้ใช้กุญแจเก่าของการเข้าสู่ระบบของท่าน", en="Somebody used an old key of your login")


def warning(device: str) -> Text:
    """The warning, naming the kind of device that the old token came from."""
    name = DEVICES.get(device, DEVICES["other"])
    return Text(
        th=(
            f"มีผู้ใช้กุญแจเก่าของการเข้าสู่ระบบของท่านจาก{name.th} อาจมีผู้คัดลอกกุญแจไป เราจึงปิดการเข้าสู่ระบบครั้งนั้นแล้ว "
            "โปรดเข้าสู่ระบบใหม่ และดูรายการอุปกรณ์ว่ามีอุปกรณ์ที่ท่านไม่รู้จักหรือไม่ หากมี ให้ออกจากระบบทุกอุปกรณ์"
        ),
        en=(
            f"Somebody used an old key of your login from: {name.en}. It may have been copied, so we ended that login. "
            "Log in again, and look at the list of your devices. If you do not know one of them, sign out of all."
        ),
    )
