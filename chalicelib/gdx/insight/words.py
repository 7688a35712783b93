"""What each check of the pipeline asks, and how to mend it when the answer is no, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from ...shared.thai import Text

ASKS: Mapping[str, tuple[Text, Text]] = {
    "log": (
        Text(th="บันทึกธุรกรรมได้รับการผนึกทันเวลา", en="The transparency log is sealed in time"),
        Text(
            th="ผู้ดูแลศูนย์กำลังแก้ไข โปรดเรียกใหม่ภายหลัง ระบบของท่านไม่ต้องแก้ไข",
            en="The operators mend this; call again later. Nothing is wrong on your side.",
        ),
    ),
    "client": (
        Text(th="ระบบผู้ขอลงทะเบียนไว้และยังใช้งานอยู่", en="The asking system is registered and active"),
        Text(
            th="ลงทะเบียนระบบ หรือขอให้ผู้ดูแลศูนย์เปิดใช้ระบบนี้อีกครั้ง",
            en="Register the system, or ask the operators to make it active again.",
        ),
    ),
    "service": (
        Text(th="มีบริการนี้ในศูนย์", en="The service is registered"),
        Text(
            th="ตรวจสอบรหัสบริการจาก listMethods หรือบัญชีบริการของหน่วยงานเจ้าของข้อมูล",
            en="Look the service's id up with listMethods of its provider.",
        ),
    ),
    "instance": (
        Text(th="ทั้งสองฝ่ายอยู่ในระบบเดียวกัน (จริงหรือทดสอบ)", en="Both sides are of one instance (live or test)"),
        Text(
            th="ระบบทดสอบ (TH-TEST) เรียกได้เฉพาะบริการทดสอบ",
            en="A system of TH-TEST calls services of TH-TEST only, and one of TH those of TH.",
        ),
    ),
    "path": (
        Text(th="เส้นทางเขียนถูกต้อง", en="The path is well formed"),
        Text(
            th="ตัด .. และอักขระที่เข้ารหัสซ้อนออกจากเส้นทาง",
            en="Take `..` and doubly encoded characters out of the path.",
        ),
    ),
    "agreement": (
        Text(th="มีข้อตกลงระหว่างระบบผู้ขอกับบริการ", en="There is an agreement between the system and the service"),
        Text(
            th="เริ่มเจรจาข้อตกลงกับหน่วยงานเจ้าของข้อมูลที่ /gdx/v1/negotiations",
            en="Begin a negotiation with the provider at /gdx/v1/negotiations.",
        ),
    ),
    "in_force": (
        Text(th="ข้อตกลงมีผลใช้บังคับวันนี้", en="The agreement is in force today"),
        Text(
            th="ดูสถานะ วันมีผล และเหตุที่ระงับของข้อตกลง แล้วต่ออายุหรือแก้เหตุนั้นกับอีกฝ่าย",
            en="Look at its state, its days and why it was suspended; renew it, or mend that with the other party.",
        ),
    ),
    "endpoint": (
        Text(th="ข้อตกลงครอบคลุมเมธอดและเส้นทางนี้", en="The agreement covers this method and path"),
        Text(
            th="เรียกเฉพาะเมธอดและเส้นทางที่ allowedMethods แสดง หรือขอแก้ไขข้อตกลง",
            en="Call only what allowedMethods shows, or have the agreement amended.",
        ),
    ),
    "purpose": (
        Text(th="วัตถุประสงค์อยู่ในข้อตกลง", en="The purpose is one of the agreement's"),
        Text(
            th="ระบุรหัสวัตถุประสงค์ของข้อตกลงใน X-Gdx-Purpose",
            en="Name one of the agreement's purposes in X-Gdx-Purpose.",
        ),
    ),
    "predicate": (
        Text(th="คำถามตรวจสอบอยู่ในข้อตกลง", en="The verify-only question is one of the agreement's"),
        Text(
            th="ระบุรหัสคำถามของข้อตกลงใน X-Gdx-Predicate หรือไม่ระบุเลยหากขอข้อมูล",
            en="Name one of the agreement's questions in X-Gdx-Predicate, or none to ask for data.",
        ),
    ),
    "preview": (
        Text(th="บุคคลได้ดูข้อมูลก่อน หากข้อตกลงต้องการ", en="The person sees the values first, where the agreement asks so"),
        Text(th="ขอผ่าน POST /gdx/v1/prefill แทน", en="Ask by POST /gdx/v1/prefill instead."),
    ),
    "working": (
        Text(th="บริการเปิดใช้งานอยู่", en="The service is switched on"),
        Text(
            th="รอจนเจ้าของข้อมูลเปิดบริการ ดูประกาศในข้อความ",
            en="Wait until the provider switches it on; the message holds its notice.",
        ),
    ),
    "subject": (
        Text(th="คำขอระบุบุคคลที่ถูกถามถึง", en="The request names the person asked about"),
        Text(
            th="ส่งเลขประจำตัวประชาชนที่ถูกต้องในเนื้อความ ตรงตำแหน่งที่บริการกำหนด",
            en="Send a valid national id in the body, at the place that the service names.",
        ),
    ),
    "consent": (
        Text(th="มีความยินยอมของบุคคล หากข้อตกลงต้องการ", en="The person has consented, where the agreement asks for it"),
        Text(
            th="ขอความยินยอมจากบุคคลสำหรับวัตถุประสงค์และข้อมูลชุดนี้ก่อน",
            en="Ask the person for their consent to this purpose and these fields first.",
        ),
    ),
    "quota": (
        Text(th="ยังมีโควตาของวันนี้", en="The daily quota is not used up"),
        Text(th="รอถึงเที่ยงคืน หรือขอเพิ่มโควตาในข้อตกลง", en="Wait until midnight, Thai time, or have the quota raised."),
    ),
    "rate": (
        Text(th="ยังไม่เกินอัตราต่อนาที", en="The rate per minute is not used up"),
        Text(th="เว้นระยะการเรียกให้ห่างขึ้น", en="Spread the calls; begin again in the next minute."),
    ),
    "volume": (
        Text(th="ยังไม่เกินปริมาณข้อมูลของวันนี้", en="The day's bytes are not used up"),
        Text(
            th="รอถึงเที่ยงคืน หรือขอเพิ่มปริมาณในข้อตกลง",
            en="Wait until midnight, Thai time, or have the volume raised.",
        ),
    ),
    "address": (
        Text(th="เจ้าของข้อมูลลงทะเบียนที่อยู่บริการไว้", en="The provider has registered an address"),
        Text(
            th="แจ้งเจ้าของข้อมูลให้ลงทะเบียนที่อยู่ของระบบ หรือใช้การแลกเปลี่ยนแบบไม่รอคำตอบ",
            en="Tell the provider to register its system's address, or ask asynchronously where it fetches requests.",
        ),
    ),
}
"""By name of the check: what it asks, and what to do when the answer is no."""
