"""Why a file is not taken, said so that its sender can mend it; and what its readers should know. Both languages."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.shared.thai import Text

REASONS: Mapping[str, Text] = {
    "gone": Text(th="ไฟล์หายไปก่อนการตรวจ โปรดส่งใหม่", en="The file was gone before it was checked; send it again."),
    "changed": Text(
        th="ไฟล์ที่ได้รับไม่ตรงกับที่แจ้งไว้ (ขนาดหรือค่าตรวจสอบ) โปรดส่งใหม่",
        en="The file is not the one announced (size or checksum); send it again.",
    ),
    "late": Text(
        th="ไฟล์มาถึงหลังจากยื่นหรือถอนคำขอแล้ว จึงไม่ได้แนบ หากเจ้าหน้าที่ขอเอกสารเพิ่มโปรดส่งใหม่ในตอนนั้น",
        en="The file came after the application was filed or withdrawn and is not part of it; send it again when the "
        "agency asks for more.",
    ),
    "not_its_type": Text(
        th="เนื้อหาของไฟล์ไม่ตรงกับชนิดไฟล์ที่แจ้ง โปรดบันทึกเป็น PDF, JPEG หรือ PNG แล้วส่งใหม่",
        en="The content is not of the announced type; save it as PDF, JPEG or PNG and send it again.",
    ),
    "infected": Text(
        th="โปรแกรมตรวจไวรัสพบมัลแวร์ในไฟล์นี้ โปรดตรวจเครื่องของท่าน แล้วสร้างไฟล์ใหม่จากต้นฉบับและส่งอีกครั้ง",
        en="The malware scanner found something in this file; check your computer, make the file anew from its "
        "original and send it again.",
    ),
    "two_files": Text(
        th="มีไฟล์อื่นซ่อนอยู่ท้ายไฟล์นี้ โปรดเปิดเอกสาร บันทึกเป็นไฟล์ใหม่ แล้วส่งใหม่",
        en="Another file hides in this one; open the document, save it as a new file and send that.",
    ),
    "damaged": Text(
        th="ไฟล์เสียหายหรืออ่านไม่ได้ โปรดเปิดดูในเครื่องของท่าน บันทึกหรือสแกนใหม่ แล้วส่งอีกครั้ง",
        en="The file is damaged and cannot be read; open it on your computer, save or scan it anew and send it again.",
    ),
    "truncated": Text(
        th="ไฟล์ขาดตอน มีไม่ครบทั้งไฟล์ โปรดคัดลอกหรือถ่ายภาพใหม่ แล้วส่งอีกครั้ง",
        en="The end of the file is missing; copy it again or take the picture anew, and send it again.",
    ),
    "heavy": Text(
        th="ไฟล์ซับซ้อนเกินกว่าจะตรวจได้ โปรดพิมพ์เป็น PDF ใหม่หรือแยกเป็นหลายไฟล์ แล้วส่งใหม่",
        en="The file is too complex to be checked; print it to a new PDF or split it, and send it again.",
    ),
    "inflates": Text(
        th="ไฟล์ขยายใหญ่ผิดปกติเมื่อเปิด โปรดลดความละเอียดหรือพิมพ์เป็น PDF ใหม่ แล้วส่งใหม่",
        en="The file becomes far too large when opened; lower its resolution or print it to a new PDF, and send it "
        "again.",
    ),
    "pixels": Text(
        th="ภาพละเอียดเกิน 100 ล้านพิกเซล โปรดย่อภาพแล้วส่งใหม่",
        en="A picture has more than 100 million pixels; make it smaller and send it again.",
    ),
    "animated": Text(
        th="ต้องเป็นภาพนิ่งภาพเดียว โปรดบันทึกเป็นภาพนิ่งแล้วส่งใหม่",
        en="It must be one still picture; save it as such and send it again.",
    ),
    "pages": Text(
        th="เอกสารยาวเกิน 500 หน้า โปรดส่งเฉพาะหน้าที่จำเป็น",
        en="The document has more than 500 pages; send only those that are needed.",
    ),
    "encrypted": Text(
        th="PDF มีรหัสผ่านหรือจำกัดสิทธิ์ จึงตรวจไม่ได้ โปรดปลดรหัสหรือพิมพ์เป็น PDF ใหม่ แล้วส่งใหม่",
        en="The PDF is locked by a password or by permissions and cannot be checked; unlock it or print it to a new "
        "PDF, and send it again.",
    ),
    "active": Text(
        th="PDF มีสคริปต์ สื่อ หรือคำสั่งที่ทำงานเอง โปรดพิมพ์เป็น PDF ใหม่ (Print to PDF) แล้วส่งใหม่",
        en="The PDF holds scripts, media or commands that act by themselves; print it to a new PDF and send that.",
    ),
    "attachments": Text(
        th="PDF มีไฟล์อื่นแนบอยู่ข้างใน โปรดพิมพ์เป็น PDF ใหม่ และส่งไฟล์ที่แนบแยกต่างหากหากจำเป็น",
        en="The PDF carries other files inside; print it to a new PDF, and send what it carried on its own if needed.",
    ),
}

NOTES: Mapping[str, Text] = {
    "place": Text(
        th="ภาพนี้บอกตำแหน่งที่ถ่าย (GPS) เจ้าหน้าที่จะเห็นตำแหน่งนั้น หากไม่ต้องการโปรดลบออกจากภาพแล้วส่งใหม่",
        en="This picture says where it was taken (GPS), and officers will see it; if you do not want that, remove the "
        "place from the picture and send it again.",
    ),
}
