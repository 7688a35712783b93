"""CKAN's messages in Thai: its clients compare the English ones, people read both."""

from __future__ import annotations

import re

from chalicelib.shared.later import pattern

_THAI = {
    "Missing value": "ต้องระบุข้อมูลนี้",
    "That URL is already in use.": "ชื่อนี้ถูกใช้แล้ว โปรดใช้ชื่ออื่น",
    "That name cannot be used": "ใช้ชื่อนี้ไม่ได้ โปรดใช้ชื่ออื่น",
    "Must be at least 2 characters long": "ต้องยาวอย่างน้อย 2 ตัวอักษร",
    "Name must be a maximum of 100 characters long": "ชื่อต้องยาวไม่เกิน 100 ตัวอักษร",
    "Names must be strings": "ชื่อต้องเป็นข้อความ",
    "Must be purely lowercase alphanumeric (ascii) characters and these symbols: -_": (
        "ใช้ได้เฉพาะ a-z ตัวพิมพ์เล็ก 0-9 และเครื่องหมาย - _"
    ),
    "Must be a boolean value": "ต้องเป็น true หรือ false",
    "Must be a string or a list of strings": "ต้องเป็นข้อความ หรือรายการของข้อความ",
    "Must be a list of strings": "ต้องเป็นรายการของข้อความ",
    "Must be a Unicode string value": "ต้องเป็นข้อความ",
    "Must be a list of tags": "ต้องเป็นรายการของแท็ก",
    "Must be a natural number": "ต้องเป็นจำนวนเต็มไม่ติดลบ",
    "Must not contain control characters": "ต้องไม่มีอักขระควบคุม",
    "Invalid integer": "ต้องเป็นจำนวนเต็ม",
    "Must be an older version than `to`": "ต้องเป็นเวอร์ชันที่เก่ากว่า to",
    "Please enter an integer value": "โปรดระบุจำนวนเต็ม",
    "Date format incorrect": "รูปแบบวันที่ไม่ถูกต้อง ใช้ ปปปป-ดด-วว",
    "Please provide a valid URL": "โปรดระบุที่อยู่เว็บให้ถูกต้อง",
    "Email is not a valid format": "รูปแบบอีเมลไม่ถูกต้อง",
    "Only one value is allowed": "เลือกได้ค่าเดียว",
    "Organization does not exist": "ไม่มีหน่วยงานนี้",
    "An organization must be provided": "ต้องระบุหน่วยงาน",
    "The file is empty": "ไฟล์ว่างเปล่า",
    "A public dataset shows all its resources: put those with resource_private into a private dataset": (
        "ชุดข้อมูลที่เผยแพร่แสดงทุกทรัพยากร โปรดย้ายทรัพยากรที่ระบุว่าไม่เผยแพร่ไปไว้ในชุดข้อมูลอื่น"
    ),
    "Duplicate key": "มีชื่อซ้ำ",
    "There is a schema field with the same name": "ชื่อนี้เป็นข้อมูลมาตรฐานอยู่แล้ว",
    "Must be a list of {key, value}": "ต้องเป็นรายการของ {key, value}",
    "Must be texts without control characters": "ต้องเป็นข้อความที่ไม่มีอักขระควบคุม",
    "Must be a list of {id} or {name}": "ต้องเป็นรายการของ {id} หรือ {name}",
    "Must be a list of dictionaries": "ต้องเป็นรายการของออบเจกต์",
    "Must be a dictionary": "ต้องเป็นออบเจกต์",
    "Must be a list of patterns": "ต้องเป็นรายการของรูปแบบ",
    "Must be a list of ids": "ต้องเป็นรายการของรหัส",
    "Must be a list of resource ids": "ต้องเป็นรายการรหัสของทรัพยากร",
    "Must be names of at most 100 printable characters": "ชื่อต้องยาวไม่เกิน 100 ตัวอักษรที่พิมพ์ได้",
    "Must be an object with file_name, size, sha256 and media_type": (
        "ต้องเป็นออบเจกต์ที่มี file_name size sha256 และ media_type"
    ),
    "Patterns must begin with + or -": "รูปแบบต้องขึ้นต้นด้วย + หรือ -",
    "There is no such place in the dataset": "ไม่มีตำแหน่งนี้ในชุดข้อมูล",
    "Resource id already exists.": "มีทรัพยากรที่ใช้รหัสนี้แล้ว",
    "Dataset id already exists": "มีชุดข้อมูลที่ใช้รหัสนี้แล้ว",
    "The input field id was not expected.": "กำหนดรหัสเองไม่ได้ โปรดลบออก",
    "Invalid length for an id": "รหัสต้องยาว 7 ถึง 64 ตัวอักษร",
    "Invalid characters in an id": "รหัสใช้ได้เฉพาะ a-z A-Z 0-9 - _",
    "Tag vocabulary was not found.": "ไม่พบชุดคำของแท็กนี้",
    "Tag does not belong to its vocabulary": "แท็กนี้ไม่มีในชุดคำ",
    "A resource_id can not be found": "ไม่พบทรัพยากรบางรายการ",
    "Must supply unique resource_ids": "รหัสของทรัพยากรซ้ำกัน",
    "Holds what looks like a national id; take it out": "มีตัวเลขที่น่าจะเป็นเลขประจำตัวประชาชน โปรดลบออก",
    "Each must be a finding of this version, by its table, column and kind": (
        "ต้องเป็นสิ่งที่พบในไฟล์รุ่นนี้ ระบุด้วยตาราง คอลัมน์ และประเภท"
    ),
    "Must itself hold no id number, telephone number or e-mail address": (
        "เหตุผลต้องไม่มีเลขประจำตัวประชาชน หมายเลขโทรศัพท์ หรืออีเมล"
    ),
    "Group name already exists in database": "ชื่อนี้ถูกใช้แล้ว โปรดใช้ชื่ออื่น",
    "Only csv and tsv are read by spreadsheets, which is what this is for": (
        "ใช้ได้กับ csv และ tsv เท่านั้น เพราะมีไว้สำหรับโปรแกรมตารางคำนวณ"
    ),
    "Say once which version: in the id, by version or by as_of": "ระบุรุ่นเพียงวิธีเดียว: ในรหัส, version หรือ as_of",
    "Must be the number of a version, from 1": "ต้องเป็นเลขรุ่นตั้งแต่ 1",
    "Must be a date or date-time of ISO 8601, e.g. 2026-01-31": "ต้องเป็นวันที่หรือเวลาแบบ ISO 8601 เช่น 2026-01-31",
    "There is no such column": "ไม่มีคอลัมน์นี้ในตาราง",
    "Must be a column of numbers that can be added up or averaged": "ต้องเป็นคอลัมน์ตัวเลขที่รวมหรือเฉลี่ยได้",
    "Must be a column of provinces": "ต้องเป็นคอลัมน์ที่เป็นจังหวัด",
    "Must be west,south,east,north in degrees, e.g. 97.3,5.6,105.7,20.5": (
        "ต้องเป็น ตะวันตก,ใต้,ตะวันออก,เหนือ หน่วยองศา เช่น 97.3,5.6,105.7,20.5"
    ),
    "resource cannot be used with resource_id": "ระบุ resource หรือ resource_id เพียงอย่างเดียว",
    "resource_id or resource required": "ต้องระบุ resource_id หรือ resource",
    'Cannot edit read-only resource. Either pass "force=True" or change url_type to "datastore"': (
        "ตารางนี้มาจากไฟล์ที่อัปโหลด จึงเขียนไม่ได้ หากต้องการเขียนให้ส่ง force=true"
    ),
    "A table is named by the id of its resource; aliases are not offered": (
        "เรียกตารางด้วยรหัสทรัพยากร ระบบนี้ไม่มีชื่อแทน (aliases)"
    ),
    "Triggers are not offered": "ระบบนี้ไม่มี triggers",
    "Duplicate column names are not supported": "ชื่อคอลัมน์ซ้ำกัน",
    "Give the columns of the table, or records that name them": "ต้องระบุคอลัมน์ใน fields หรือส่ง records ที่มีชื่อคอลัมน์",
    "A resource with a file or a url is made by resource_create": "ทรัพยากรที่มีไฟล์หรือลิงก์ให้สร้างด้วย resource_create",
    "The rows that are there have empty or repeated values in these columns": (
        "แถวที่มีอยู่มีค่าว่างหรือค่าซ้ำในคอลัมน์เหล่านี้ จึงใช้เป็นคีย์ไม่ได้"
    ),
    "The table is too large to be written by the API": "ตารางนี้ใหญ่เกินกว่าจะเขียนผ่าน API",
    "unique key must be passed for update/upsert: create the table with primary_key": (
        "upsert และ update ต้องมีคีย์ ให้สร้างตารางโดยระบุ primary_key"
    ),
    "Dataset collaborators not enabled": "ระบบนี้ไม่ใช้ผู้ร่วมงานรายชุดข้อมูล ให้เพิ่มเป็นสมาชิกของหน่วยงาน",
    "Must be an object": "ต้องเป็นออบเจกต์",
    "Must be a list of names": "ต้องเป็นรายการของชื่อ",
    "Must be a list of field names": "ต้องเป็นรายการชื่อคอลัมน์",
    "Must be a text, or an object of texts by column": "ต้องเป็นข้อความ หรือออบเจกต์ที่ระบุข้อความของแต่ละคอลัมน์",
    "Must be a JSON object or a list of them": "ต้องเป็นออบเจกต์ JSON หรือรายการของออบเจกต์",
    "Must be words with & | ! and parentheses between them": "ต้องเป็นคำที่คั่นด้วย & | ! และวงเล็บ",
    "Must close every parenthesis": "ต้องปิดวงเล็บให้ครบ",
    "The input field was not expected.": "ไม่มีพารามิเตอร์ชื่อนี้",
    "Only sql, format and as_of": "ใช้ได้เฉพาะ sql, format และ as_of",
    "Two tables differ in nothing but capital letters; name one by its number.": (
        "มีสองตารางที่ชื่อต่างกันเพียงตัวพิมพ์เล็กใหญ่ โปรดระบุด้วยหมายเลขตาราง"
    ),
    "This takes too long; narrow it by filters, or ask for it as a job": (
        "ใช้เวลานานเกินไป โปรดจำกัดด้วย filters หรือสั่งเป็นงาน (job)"
    ),
    "This takes too much memory; narrow it by filters or fields": (
        "ใช้หน่วยความจำมากเกินไป โปรดจำกัดด้วย filters หรือ fields"
    ),
    "This cannot be computed: a value does not fit its column's type": "คำนวณไม่ได้ เพราะมีค่าที่ไม่ตรงกับชนิดของคอลัมน์",
    '"method" must be one of upsert, insert, update': "method ต้องเป็น upsert, insert หรือ update",
    "A time needs its offset, e.g. 2026-11-25T00:00:00Z": "เวลาต้องระบุเขตเวลา เช่น 2026-11-25T00:00:00Z",
    "Must be a cursor of an earlier answer, or an ISO 8601 time": "ต้องเป็นเคอร์เซอร์จากคำตอบก่อนหน้า หรือเวลาแบบ ISO 8601",
    "Datasets move between organizations by package_owner_org_update": (
        "ย้ายชุดข้อมูลระหว่างหน่วยงานด้วย package_owner_org_update"
    ),
    "This request made a token before, which is not shown again; revoke it and ask anew": (
        "คำขอนี้ได้สร้างโทเคนไปแล้ว และไม่แสดงซ้ำ โปรดเพิกถอนแล้วขอใหม่"
    ),
    "Could not parse as valid JSON": "อ่านเป็น JSON ไม่ได้",
    "Not a list": "ต้องเป็นรายการ",
    "Not a string": "ต้องเป็นข้อความ",
    "Already exists": "มีอยู่แล้ว",
    "id not in data": "ต้องระบุ id",
    "role does not exist.": "ไม่มีบทบาทนี้",
    "That user name or ID does not exist.": "ไม่มีผู้ใช้นี้",
    "That login name is not available.": "ชื่อผู้ใช้นี้ใช้ไม่ได้",
    "Must be <field>:<value> pair(s)": "ต้องเป็นคู่ <field>:<value>",
    "Must be an object of terms by field": "ต้องเป็นออบเจกต์ที่ระบุคำของแต่ละฟิลด์",
    "Field not recognised in resource_search.": "ไม่มีฟิลด์นี้ใน resource_search",
    'Do not specify if using "query" parameter': "ใช้ร่วมกับ query ไม่ได้",
    "Must be 2 to 100 letters, digits or these symbols: -_.": ("ต้องยาว 2 ถึง 100 ตัว ใช้ตัวอักษร ตัวเลข และเครื่องหมาย - _ ."),
    "Tag already belongs to the vocabulary": "แท็กนี้อยู่ในชุดคำแล้ว",
    "That vocabulary name is already in use.": "ชื่อชุดคำนี้ถูกใช้แล้ว",
}
_PATTERNS = (
    (pattern(r"Must be at most (\d+) characters long"), r"ต้องยาวไม่เกิน \1 ตัวอักษร"),
    (pattern(r"The metadata is larger than (\d+) bytes"), r"คำอธิบายข้อมูลใหญ่เกิน \1 ไบต์"),
    (pattern(r"The dataset and what is kept of it is larger than (\d+) bytes"), r"ชุดข้อมูลใหญ่เกิน \1 ไบต์"),
    (pattern(r"At most (\d+) (?:datasets|places|groups) .*"), r"ได้ครั้งละไม่เกิน \1 รายการ"),
    (pattern(r"A dataset belongs to at most (\d+) groups"), r"ชุดข้อมูลหนึ่งอยู่ได้ไม่เกิน \1 กลุ่ม"),
    (pattern(r"At most (\d+) resources .*", re.DOTALL), r"เพิ่ม แก้ไข หรือลบทรัพยากรได้ครั้งละไม่เกิน \1 รายการ"),
    (pattern(r"Value must be one of (.*)", re.DOTALL), r"ต้องเป็นค่าใดค่าหนึ่งใน \1"),
    (pattern(r"Only (.*) can begin with a byte order mark"), r"ใช้ bom ได้กับ \1 เท่านั้น"),
    (pattern(r'row "(\d+)" has extra keys (.*)'), r"แถวที่ \1 มีคอลัมน์ที่ตารางไม่มี: \2"),
    (pattern(r'row "(\d+)": "(.*)" takes values of type (\w+)'), r"แถวที่ \1 คอลัมน์ \2 ต้องเป็นค่าชนิด \3"),
    (pattern(r'row "(\d+)" has no (.*), which the key of the table needs'), r"แถวที่ \1 ไม่มี \2 ซึ่งเป็นคีย์ของตาราง"),
    (pattern(r'row "(\d+)": a column of the key is empty'), r"แถวที่ \1 คอลัมน์ที่เป็นคีย์ว่าง"),
    (pattern(r'row "(\d+)": there is no row with this key'), r"แถวที่ \1 ไม่มีแถวที่ใช้คีย์นี้ในตาราง"),
    (pattern(r'row "(\d+)": the key of a row cannot be changed.*'), r"แถวที่ \1 เปลี่ยนคีย์ไม่ได้ ให้ลบแล้วเพิ่มใหม่"),
    (pattern(r'row "(\d+)" is not a json object'), r"แถวที่ \1 ต้องเป็นออบเจกต์ JSON"),
    (pattern(r'duplicate key value: row "(\d+)".*'), r"แถวที่ \1 มีคีย์ซ้ำกับแถวอื่น"),
    (pattern(r"At most (\d+) records .*"), r"เขียนได้ครั้งละไม่เกิน \1 แถว โปรดแบ่งส่ง"),
    (pattern(r'"(.*)" is not a valid field name'), r"ใช้ \1 เป็นชื่อคอลัมน์ไม่ได้"),
    (pattern(r'"(.*)" is not a column'), r"ไม่มีคอลัมน์ \1 ในตาราง"),
    (pattern(r'the type of "(.*)" is (\w+) and cannot be changed'), r"คอลัมน์ \1 เป็นชนิด \2 และเปลี่ยนไม่ได้"),
    (
        pattern(r"Must be at most (\d+) characters,? without control characters"),
        r"ต้องยาวไม่เกิน \1 ตัวอักษร และไม่มีอักขระควบคุม",
    ),
    (pattern(r"Must be a text of at most (\d+) characters.*"), r"ต้องเป็นข้อความยาวไม่เกิน \1 ตัวอักษร"),
    (pattern(r"Must be a list of at most (\d+) tags"), r"ต้องเป็นรายการแท็กไม่เกิน \1 รายการ"),
    (pattern(r"Must be at most (\d+) words of (\d+) characters"), r"ค้นได้ไม่เกิน \1 คำ คำละไม่เกิน \2 ตัวอักษร"),
    (pattern(r"At most (\d+) pairs, with terms of at most (\d+) characters"), r"ได้ไม่เกิน \1 คู่ คำละไม่เกิน \2 ตัวอักษร"),
    (pattern(r"At most (\d+) tokens; .*"), r"มีโทเคนได้ไม่เกิน \1 รายการ โปรดเพิกถอนบางรายการก่อน"),
    (pattern(r"At most (\d+) runs of rows .*"), r"ลบได้ครั้งละไม่เกิน \1 ช่วงของแถว โปรดจำกัดด้วย filters"),
    (pattern(r"More than (\d+) datasets match; .*"), r"พบชุดข้อมูลเกิน \1 ชุด โปรดเพิ่มเงื่อนไข"),
    (pattern(r"A vocabulary has at most (\d+) tags"), r"ชุดคำหนึ่งมีแท็กได้ไม่เกิน \1 แท็ก"),
    (pattern(r"A query reads at most (\d+) tables\."), r"คำสั่งหนึ่งอ่านได้ไม่เกิน \1 ตาราง"),
    (pattern(r"[Aa] table that is written by the API has at most (\d+) rows"), r"ตารางที่เขียนผ่าน API มีได้ไม่เกิน \1 แถว"),
    (
        pattern(r"[Aa] table that is written by the API has at most (\d+) columns"),
        r"ตารางที่เขียนผ่าน API มีได้ไม่เกิน \1 คอลัมน์",
    ),
    (pattern(r"The data dictionary is larger than (\d+) bytes"), r"คำอธิบายคอลัมน์ใหญ่เกิน \1 ไบต์"),
    (
        pattern(r"The columns and what is kept of the table are larger than (\d+) bytes"),
        r"คำอธิบายตารางใหญ่เกิน \1 ไบต์",
    ),
    (pattern(r'"(.*)" has a type that is not one of (.*)', re.DOTALL), r"ชนิดของคอลัมน์ \1 ต้องเป็นชนิดใดชนิดหนึ่งใน \2"),
    (
        pattern(r'info of "(.*)" must be an object of texts of at most (\d+) characters', re.DOTALL),
        r"info ของคอลัมน์ \1 ต้องเป็นออบเจกต์ของข้อความที่ยาวไม่เกิน \2 ตัวอักษร",
    ),
    (pattern(r'row "(\d+)": "_id" takes the number of a row'), r"แถวที่ \1 ต้องระบุ _id เป็นเลขของแถว"),
    (pattern(r"Filters may be nested (\d+) deep at most"), r"filters ซ้อนกันได้ไม่เกิน \1 ชั้น"),
    (pattern(r"Filters may have (\d+) operations at most"), r"filters มีเงื่อนไขได้ไม่เกิน \1 ข้อ"),
    (pattern(r"(\$?\w+) takes a list of filters"), r"\1 ต้องมีรายการของ filters"),
    (pattern(r'invalid value "(.*)"', re.DOTALL), r"ใช้ค่านี้ไม่ได้: \1"),
    (pattern(r'"(.*)" takes at least one comparison', re.DOTALL), r"คอลัมน์ \1 ต้องมีเงื่อนไขอย่างน้อยหนึ่งข้อ"),
    (pattern(r'"(.*)" takes the comparisons (.*)', re.DOTALL), r"คอลัมน์ \1 ใช้เงื่อนไขได้เฉพาะ \2"),
    (pattern(r'"(.*)" takes values of type (.*)', re.DOTALL), r"คอลัมน์ \1 ต้องเป็นค่าชนิด \2"),
    (pattern(r"a column takes 1 to (\d+) values"), r"คอลัมน์หนึ่งระบุได้ 1 ถึง \1 ค่า"),
    (pattern(r'with distinct, "(.*)" must be among the fields', re.DOTALL), r"เมื่อใช้ distinct ต้องมี \1 ใน fields ด้วย"),
    (pattern(r"(.*) was deleted a moment ago; .*", re.DOTALL), r"เพิ่งลบคอลัมน์ \1 โปรดใช้ชื่ออื่น หรือรอสักครู่"),
    (pattern(r"options: must be an object"), "options ต้องเป็นออบเจกต์"),
    (pattern(r"options\.(\w+): .*"), r"ตัวเลือก \1 ในการอ่านไฟล์ไม่ถูกต้อง"),
    (pattern(r"options: .*"), "มีตัวเลือกในการอ่านไฟล์ที่ไม่รู้จัก"),
    (pattern(r"Tag must be .*"), "แท็กต้องยาว 2 ถึง 100 ตัว ใช้ตัวอักษร ตัวเลข เว้นวรรค และ - _ ."),
)


def in_thai(message: str) -> str:
    """The message in Thai; one that nobody has translated stays as it is, after a word of Thai."""
    found = _THAI.get(message)
    if found is not None:
        return found
    for written, thai in _PATTERNS:
        if written.fullmatch(message):
            return written.sub(thai, message)
    return f"ค่าไม่ถูกต้อง: {message}"
