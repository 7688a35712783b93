"""The words for what a column may hold, with their names in Thai and English."""

from __future__ import annotations

from collections.abc import Mapping

PROVINCE_NAME = "province_name"
PROVINCE_CODE = "province_code"
AMPHOE_NAME = "amphoe_name"
AMPHOE_CODE = "amphoe_code"
TAMBON_NAME = "tambon_name"
TAMBON_CODE = "tambon_code"
YEAR_BE = "year_be"
YEAR_CE = "year_ce"
DATE = "date"
ORGANIZATION_NAME = "organization_name"
LATITUDE = "latitude"
LONGITUDE = "longitude"
POINT = "point"
GEOMETRY = "geometry"
POSTAL_CODE = "postal_code"
NATIONAL_ID = "national_id"
PHONE = "phone"
EMAIL = "email"
PERSON_NAME = "person_name"

TITLES: Mapping[str, tuple[str, str]] = {
    PROVINCE_NAME: ("ชื่อจังหวัด", "Name of a province"),
    PROVINCE_CODE: ("รหัสจังหวัด", "Code of a province"),
    AMPHOE_NAME: ("ชื่ออำเภอหรือเขต", "Name of a district"),
    AMPHOE_CODE: ("รหัสอำเภอหรือเขต", "Code of a district"),
    TAMBON_NAME: ("ชื่อตำบลหรือแขวง", "Name of a sub-district"),
    TAMBON_CODE: ("รหัสตำบลหรือแขวง", "Code of a sub-district"),
    YEAR_BE: ("ปีพุทธศักราช", "Year of the Buddhist Era"),
    YEAR_CE: ("ปีคริสต์ศักราช", "Year of the Common Era"),
    DATE: ("วันที่", "Date"),
    ORGANIZATION_NAME: ("ชื่อหน่วยงานของรัฐ", "Name of a public organisation"),
    LATITUDE: ("ละติจูด", "Latitude"),
    LONGITUDE: ("ลองจิจูด", "Longitude"),
    POINT: ("พิกัดจุด", "Point on the map"),
    GEOMETRY: ("รูปร่างบนแผนที่", "Shape on the map"),
    POSTAL_CODE: ("รหัสไปรษณีย์", "Postal code"),
    NATIONAL_ID: ("เลขประจำตัวประชาชน", "National id"),
    PHONE: ("หมายเลขโทรศัพท์", "Telephone number"),
    EMAIL: ("อีเมล", "E-mail address"),
    PERSON_NAME: ("ชื่อบุคคล", "Name of a person"),
}
"""(Thai, English) by code."""

PROVINCE, AMPHOE, TAMBON = "province", "amphoe", "tambon"
LEVELS: Mapping[str, str] = {
    PROVINCE_NAME: PROVINCE,
    PROVINCE_CODE: PROVINCE,
    AMPHOE_NAME: AMPHOE,
    AMPHOE_CODE: AMPHOE,
    TAMBON_NAME: TAMBON,
    TAMBON_CODE: TAMBON,
}
"""Of what holds places, which places."""

NAMES = frozenset({PROVINCE_NAME, AMPHOE_NAME, TAMBON_NAME})
YEARS = frozenset({YEAR_BE, YEAR_CE})
PERSONAL = frozenset({NATIONAL_ID, PHONE, EMAIL, PERSON_NAME})
"""What may tell of one person: such values are neither listed nor compared."""

KEYS: Mapping[str, str] = {
    **LEVELS,
    YEAR_BE: "year",
    YEAR_CE: "year",
    DATE: "date",
    ORGANIZATION_NAME: "organization",
    POSTAL_CODE: "postal",
}
"""What tables can be joined by: columns with the same key speak of the same things, however they write them."""

DIGITS_OF_KEY: Mapping[str, int] = {PROVINCE: 2, AMPHOE: 4, TAMBON: 6}
"""Of keys that are places, the digits of their codes."""
