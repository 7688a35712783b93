"""What a person is told of their own data: in the copy, before an erasure, and of their rights."""

from __future__ import annotations

from chalicelib.shared.sourced import Said
from chalicelib.shared.thai import Text

README = Text(
    th=(
        "นี่คือสำเนาข้อมูลทั้งหมดที่พอร์ทัลกลางเพื่อประชาชนเก็บเกี่ยวกับท่าน ตามสิทธิในพระราชบัญญัติคุ้มครองข้อมูลส่วนบุคคล "
        "พ.ศ. 2562 มาตรา 30 และ 31\n"
        "- data.json คือข้อมูล แบ่งเป็นส่วนตามรายการด้านล่าง เปิดด้วยโปรแกรมอ่าน JSON ใดก็ได้\n"
        "- schema.json บอกโครงสร้างของ data.json\n"
        "เวลาในไฟล์เป็นเวลาสากล (UTC) ข้อมูลที่หน่วยงานอื่นเก็บไว้ไม่อยู่ในไฟล์นี้ โปรดขอจากหน่วยงานนั้น\n"
        "ไฟล์นี้มีข้อมูลส่วนตัวของท่าน โปรดเก็บในที่ปลอดภัยและอย่าส่งต่อ"
    ),
    en=(
        "This is a copy of everything that the Citizen Portal holds about you, as the Personal Data Protection Act "
        "B.E. 2562 s.30 and s.31 gives you the right to have.\n"
        "- data.json is the data, in the parts listed below; any JSON reader opens it.\n"
        "- schema.json says how data.json is built.\n"
        "Times are UTC. What other agencies hold is not in here; ask them.\n"
        "The file tells much about you: keep it in a safe place and pass it on to nobody."
    ),
)
LOG_TITLE = Text(th="ใครขอข้อมูลของท่าน (บันทึกของศูนย์แลกเปลี่ยนข้อมูลกลาง)", en="Who asked about you (the exchange's own log)")
CONSENTS_TITLE = Text(th="ความยินยอมของท่าน (ที่ศูนย์แลกเปลี่ยนข้อมูลกลาง)", en="Your consents (kept by the exchange)")

READY = (
    Text(th="สำเนาข้อมูลของท่านพร้อมแล้ว", en="The copy of your data is ready"),
    Text(
        th="ดาวน์โหลดได้ภายใน 2 วัน โดยเข้าสู่ระบบด้วยตัวท่านเอง หากท่านไม่ได้ขอ โปรดตรวจสอบอุปกรณ์ที่เข้าสู่ระบบไว้ทันที",
        en="Fetch it within two days, with your own login. If you did not ask for it, look at once at the devices that "
        "are logged in.",
    ),
)

OUTSIDE = (
    Text(
        th="บันทึกของศูนย์แลกเปลี่ยนข้อมูลกลางว่าใครขอข้อมูลของท่าน ยังคงอยู่ เพื่อให้ตรวจสอบย้อนหลังได้",
        en="The exchange's log of who asked about you stays: it is what holds agencies to account.",
    ),
    Text(
        th="ความยินยอมที่ยังมีผลไม่ถูกถอนเมื่อลบข้อมูลที่นี่ โปรดถอนก่อนหากไม่ต้องการ",
        en="Consents in force are not withdrawn by an erasure here; withdraw them first if you do not want them.",
    ),
    Text(
        th="ข้อมูลในทะเบียนของหน่วยงานและคำขอที่ยื่นไว้แล้ว อยู่กับหน่วยงานนั้น",
        en="Registers of agencies, and applications that were filed, are with those agencies.",
    ),
    Text(
        th="ร่องรอยทางเทคนิคที่ไม่มีเนื้อหา เช่น ตัวนับรายวัน จะหายไปเองภายในไม่กี่วัน",
        en="Technical traces without content, such as counters of a day, vanish by themselves within days.",
    ),
)
"""What an erasure here does not reach."""

RIGHTS = (
    Said(
        text=Text(
            th="ขอดูและขอสำเนาข้อมูลของท่าน: ใช้เมนู “สำเนาข้อมูลของฉัน” ที่นี่ ส่วนข้อมูลที่หน่วยงานเก็บ ขอจากหน่วยงานนั้น",
            en="See and get a copy of your data: ask for a copy here; for what an agency holds, ask that agency.",
        ),
        source="Personal Data Protection Act B.E. 2562 s.30 and s.31",
        verified="no",
    ),
    Said(
        text=Text(
            th="ขอแก้ไขข้อมูลที่ผิด: เปิดรายการในประวัติการเข้าถึง แล้วเลือก “ขอแก้ไข” คำขอจะไปถึงหน่วยงานที่เก็บข้อมูลนั้น",
            en="Have wrong data corrected: open a line of the access log and choose 'correct'; it goes to the agency "
            "that keeps the data.",
        ),
        source="Personal Data Protection Act B.E. 2562 s.35 and s.36",
        verified="no",
    ),
    Said(
        text=Text(
            th="คัดค้านการใช้ข้อมูล: เปิดรายการในประวัติการเข้าถึง แล้วเลือก “คัดค้าน” คำขอจะไปถึงหน่วยงานที่ใช้ข้อมูล",
            en="Object to a use: open a line of the access log and choose 'object'; whoever used it must answer.",
        ),
        source="Personal Data Protection Act B.E. 2562 s.32",
        verified="no",
    ),
    Said(
        text=Text(
            th="ถอนความยินยอมได้ทุกเมื่อ: ใช้เมนู “ความยินยอม” มีผลกับการขอข้อมูลครั้งต่อไปทันที",
            en="Withdraw a consent at any time: under consents; it holds from the very next request.",
        ),
        source="Personal Data Protection Act B.E. 2562 s.19",
        verified="no",
    ),
    Said(
        text=Text(
            th="ขอลบข้อมูลที่พอร์ทัลเก็บ: ใช้เมนู “ลบข้อมูลของฉัน” ระบบจะบอกก่อนว่าจะลบอะไรและกฎหมายให้เก็บอะไรไว้",
            en="Have what the portal holds erased: you are first shown what will go, and what a law keeps and why.",
        ),
        source="Personal Data Protection Act B.E. 2562 s.33",
        verified="no",
    ),
    Said(
        text=Text(
            th="ร้องเรียนต่อสำนักงานคณะกรรมการคุ้มครองข้อมูลส่วนบุคคล หากหน่วยงานไม่ทำตามกฎหมาย",
            en="Complain to the Office of the Personal Data Protection Committee when an agency breaks the law.",
        ),
        source="Personal Data Protection Act B.E. 2562 s.73",
        verified="no",
    ),
)
"""What the law gives a person, and where it is done."""
