"""What a person is told at each step of a question."""

from __future__ import annotations

from chalicelib.shared.thai import Text, format_date

from .model import Kind, Question

ABOUT: dict[Kind, Text] = {
    "why": Text(th="คำถามว่าเหตุใดจึงใช้ข้อมูลของท่าน", en="why your data was used"),
    "correct": Text(th="คำขอแก้ไขข้อมูลของท่าน", en="the correction of your data"),
    "object": Text(th="การคัดค้านการใช้ข้อมูลของท่าน", en="your objection to the use of your data"),
}
COMPLAIN = Text(
    th="หากไม่พอใจ ท่านร้องเรียนต่อสำนักงานคณะกรรมการคุ้มครองข้อมูลส่วนบุคคลได้ (พ.ร.บ. คุ้มครองข้อมูลส่วนบุคคล มาตรา 73)",
    en="If you are not content you may complain to the Office of the Personal Data Protection Committee (PDPA s.73).",
)


def told(step: str, question: Question) -> tuple[Text, Text]:
    """Title and text after a step: asked, reminded, overdue or answered. The answer itself is read in its place."""
    about = ABOUT[question.kind]
    due_th, due_en = (format_date(question.due, language, "long") for language in ("th", "en"))
    match step:
        case "asked":
            return Text(th="ส่งคำถามของท่านแล้ว", en="Your question was passed on"), Text(
                th=f"หน่วยงาน {question.to} ได้รับ{about.th} และต้องตอบภายในวันที่ {due_th}",
                en=f"{question.to} has received your question about {about.en}. It must answer by {due_en}.",
            )
        case "reminded":
            return Text(th="เตือนหน่วยงานให้ตอบท่านแล้ว", en="The agency was reminded of your question"), Text(
                th=f"หน่วยงาน {question.to} ยังไม่ตอบ{about.th} เราเตือนแล้ว วันสุดท้ายคือ {due_th}",
                en=f"{question.to} has not answered about {about.en} yet and was reminded. Its last day is {due_en}.",
            )
        case "overdue":
            return Text(th="หน่วยงานไม่ตอบภายในกำหนด", en="The agency did not answer in time"), Text(
                th=f"หน่วยงาน {question.to} ไม่ตอบ{about.th} ภายในวันที่ {due_th} ผู้ดูแลระบบกลางทราบแล้ว {COMPLAIN.th}",
                en=f"{question.to} did not answer about {about.en} by {due_en}. The platform's operators know. "
                f"{COMPLAIN.en}",
            )
        case _:
            return Text(th="หน่วยงานตอบท่านแล้ว", en="The agency has answered you"), Text(
                th=f"หน่วยงาน {question.to} ตอบ{about.th}แล้ว เปิดดูได้ในเมนูคำถามถึงหน่วยงาน {COMPLAIN.th}",
                en=f"{question.to} has answered about {about.en}; read it among your questions. {COMPLAIN.en}",
            )
