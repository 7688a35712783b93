"""Records of a made-up national catalogue: as many as wanted, the same ones for the same seed.

Titles are put together of what real catalogues are about (subject, place, period, agency), with the spellings that
people use: Thai digits, Buddhist and Christian years, abbreviations, English words. Their number grows with the number
of records as it does in reality: names of villages and projects are made of syllables, so rare words exist.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from chalicelib.opendata.search.model import PUBLIC, Document
from chalicelib.shared.thai_fold import fold
from chalicelib.shared.thai_tokens import clusters

SUBJECTS = (
    "จำนวนประชากรจำแนกตามเพศและอายุ", "ปริมาณน้ำฝนรายเดือน", "สถิติอุบัติเหตุทางถนน", "ผลการใช้จ่ายงบประมาณรายจ่าย",
    "ที่ตั้งโรงเรียนในสังกัด", "รายชื่อโรงพยาบาลและสถานพยาบาล", "ราคาสินค้าเกษตรรายวัน", "พื้นที่เพาะปลูกข้าวนาปี",
    "จำนวนนักท่องเที่ยวชาวต่างชาติ", "แหล่งท่องเที่ยวเชิงวัฒนธรรม", "คุณภาพอากาศและฝุ่นละออง PM2.5", "คุณภาพน้ำในแม่น้ำสายหลัก",
    "พื้นที่ประสบอุทกภัย", "พื้นที่ประสบภัยแล้ง", "จุดความร้อนจากดาวเทียม", "ปริมาณขยะมูลฝอยชุมชน", "การใช้พลังงานไฟฟ้า",
    "ผู้ใช้ไฟฟ้าจำแนกตามประเภท", "จำนวนรถจดทะเบียนสะสม", "เส้นทางรถโดยสารประจำทาง", "ทะเบียนนิติบุคคลจัดตั้งใหม่",
    "ทะเบียนโรงงานอุตสาหกรรม", "มูลค่าการส่งออกสินค้า", "มูลค่าการนำเข้าสินค้า", "ดัชนีราคาผู้บริโภค", "อัตราแลกเปลี่ยนเงินตรา",
    "จำนวนผู้ป่วยโรคไม่ติดต่อเรื้อรัง", "จำนวนผู้ติดเชื้อไวรัสโคโรนา 2019", "การฉีดวัคซีนป้องกันโรค", "จำนวนผู้สูงอายุที่ได้รับเบี้ยยังชีพ",
    "ข้อมูลคนพิการที่มีบัตรประจำตัว", "ศูนย์พัฒนาเด็กเล็ก", "ผลการทดสอบทางการศึกษาระดับชาติ", "จำนวนนักเรียนรายชั้น",
    "รายชื่อวัดและศาสนสถาน", "เรื่องร้องเรียนของประชาชน", "ใบอนุญาตประกอบกิจการ", "แผนการจัดซื้อจัดจ้าง", "ผลการจัดเก็บภาษี",
    "เขตการปกครองและแนวเขต", "โครงข่ายถนนทางหลวงชนบท", "สะพานและทางต่างระดับ", "ตำแหน่งกล้องวงจรปิด", 
    "จุดบริการอินเทอร์เน็ตสาธารณะ",
    "สหกรณ์การเกษตร", "วิสาหกิจชุมชน", "ผลิตภัณฑ์ OTOP", "ผลิตภัณฑ์มวลรวมจังหวัด (GPP)", "อัตราการว่างงาน", "ค่าจ้างแรงงานเฉลี่ย",
    "แรงงานต่างด้าวที่ได้รับอนุญาตทำงาน", "ปริมาณน้ำในอ่างเก็บน้ำ", "พื้นที่ป่าไม้", "สัตว์ป่าคุ้มครอง", "การทำประมงชายฝั่ง",
    "ปศุสัตว์รายชนิด", "สถานีบริการน้ำมันเชื้อเพลิง", "เที่ยวบินและผู้โดยสาร", "ท่าเรือและการขนส่งทางน้ำ", "คดีอาญาที่รับแจ้ง",
    "ผลการเลือกตั้งสมาชิกสภา", "ตัวชี้วัดการพัฒนาที่ยั่งยืน SDGs", "Air quality monitoring stations", "Public transport GTFS feed",
    "Tourism statistics", "Population and housing census", "Digital elevation model", "ชุดข้อมูลภูมิสารสนเทศกลาง FGDS",
)  # fmt: skip
_PLACES = (
    "กรุงเทพมหานคร กระบี่ กาญจนบุรี กาฬสินธุ์ กำแพงเพชร ขอนแก่น จันทบุรี ฉะเชิงเทรา ชลบุรี ชัยนาท ชัยภูมิ ชุมพร เชียงราย เชียงใหม่ "
    "ตรัง ตราด ตาก นครนายก นครปฐม นครพนม นครราชสีมา นครศรีธรรมราช นครสวรรค์ นนทบุรี นราธิวาส น่าน บึงกาฬ บุรีรัมย์ ปทุมธานี "
    "ประจวบคีรีขันธ์ ปราจีนบุรี ปัตตานี พระนครศรีอยุธยา พะเยา พังงา พัทลุง พิจิตร พิษณุโลก เพชรบุรี เพชรบูรณ์ แพร่ ภูเก็ต "
    "มหาสารคาม มุกดาหาร แม่ฮ่องสอน ยโสธร ยะลา ร้อยเอ็ด ระนอง ระยอง ราชบุรี ลพบุรี ลำปาง ลำพูน เลย ศรีสะเกษ สกลนคร สงขลา สตูล "
    "สมุทรปราการ สมุทรสงคราม สมุทรสาคร สระแก้ว สระบุรี สิงห์บุรี สุโขทัย สุพรรณบุรี สุราษฎร์ธานี สุรินทร์ หนองคาย หนองบัวลำภู "
    "อ่างทอง อำนาจเจริญ อุดรธานี อุตรดิตถ์ อุทัยธานี อุบลราชธานี"
)
PLACES = _PLACES.split()
_WORDS = (
    "ข้อมูล รายการ จำแนก ตาม หน่วยงาน พื้นที่ ประจำปี รายเดือน ตัวชี้วัด ประชาชน บริการ ภาครัฐ การ ดำเนินงาน สำรวจ รวบรวม จาก "
    "ระบบ ฐานข้อมูล กลาง เผยแพร่ เพื่อ ใช้ ประโยชน์ วางแผน พัฒนา ท้องถิ่น ชุมชน ตำบล อำเภอ จังหวัด ประเทศ สถิติ รายงาน ผล "
    "งบประมาณ โครงการ กิจกรรม ปรับปรุง ล่าสุด แหล่งที่มา กอง สำนัก ศูนย์ สุขภาพ การศึกษา เกษตร น้ำ ดิน ป่า อากาศ ถนน รถ "
    "ตลาด ราคา ผลผลิต รายได้ ครัวเรือน แรงงาน เด็ก ผู้สูงอายุ โรงเรียน โรงพยาบาล วัด ท่องเที่ยว วัฒนธรรม พลังงาน ไฟฟ้า "
    "อุตสาหกรรม พาณิชย์ การเงิน ภาษี กฎหมาย ความปลอดภัย ภัยพิบัติ แผนที่ พิกัด ดาวเทียม data open API service monthly"
)
WORDS = _WORDS.split()
_SYLLABLES = (
    "บ้าน หนอง คลอง ห้วย โคก ดอน ทุ่ง นา ป่า ท่า บาง วัง แม่ สาม ศรี ทอง แก้ว คำ ใหญ่ น้อย เหนือ ใต้ กลาง ใหม่ เก่า ขาว แดง เขียว "
    "งาม ดี มี สุข เจริญ ไทร มะขาม ไผ่ ตาล จาน แสง จันทร์ ทราย หิน ผา ถ้ำ เกาะ แหลม พระ ช้าง เสือ ปลา หมู กวาง ควาย นก"
)
SYLLABLES = _SYLLABLES.split()
FORMATS = (
    "CSV",
    "XLSX",
    "JSON",
    "PDF",
    "XML",
    "SHP",
    "GeoJSON",
    "KML",
    "API",
    "ZIP",
    "DOCX",
    "RDF",
    "TXT",
    "ODS",
    "HTML",
    "TIFF",
)
LICENCES = (
    "Open Data Common",
    "CC-BY-4.0",
    "CC0-1.0",
    "DGA Open Government License",
    "CC-BY-SA-4.0",
    "ODbL",
    "อื่นๆ",
    "ไม่ระบุ",
)
CATEGORIES = ("ข้อมูลสาธารณะ", "ข้อมูลใช้ภายใน", "ข้อมูลส่วนบุคคล", "ข้อมูลความมั่นคง")
THEMES = tuple(f"theme-{number:02d}" for number in range(20))
SEED = 2566
VILLAGE = 6
"""Clusters of a village's name that are asked for."""


def records(count: int, seed: int = SEED) -> Iterator[Document]:
    """Documents of `count` datasets; those of a smaller count are the beginning of those of a larger one."""
    chance = random.Random(seed)  # noqa: S311 - the same records each time
    organizations = _weighted(1_500)
    tags = _weighted(15_000)
    tag_names = [_named(chance) for _ in range(15_000)]
    start = datetime(2019, 1, 1, tzinfo=UTC)
    for number in range(count):
        yield _record(chance, number, organizations, tags, tag_names, start)


def _weighted(size: int) -> list[float]:
    """Zipf's law, summed up: some are very common."""
    total, found = 0.0, []
    for place in range(1, size + 1):
        total += 1 / place
        found.append(total)
    return found


def _named(chance: random.Random) -> str:
    return "".join(chance.choices(SYLLABLES, k=chance.randint(2, 4)))


def _record(
    chance: random.Random,
    number: int,
    organizations: list[float],
    tags: list[float],
    tag_names: list[str],
    start: datetime,
) -> Document:
    subject, place = chance.choice(SUBJECTS), chance.choice(PLACES)
    year = chance.randint(2555, 2568)
    period = chance.choice((f"ปี {year}", f"พ.ศ. {year}", f"ปีงบประมาณ {_thai(year)}", str(year - 543), ""))
    where = chance.choice((f"จังหวัด{place}", place, f"{_named(chance)} จังหวัด{place}", f"ตำบล{_named(chance)}"))
    title = " ".join(
        part for part in (f"{subject}{where}" if chance.random() < 0.5 else f"{subject} {where}", period) if part
    )
    notes = "".join(
        word + (" " if chance.random() < 0.15 else "") for word in chance.choices(WORDS, k=chance.randint(30, 90))
    )
    notes += f" {_named(chance)}{_named(chance)}"
    organization = chance.choices(range(1_500), cum_weights=organizations)[0]
    some_tags = list(dict.fromkeys(tag_names[each] for each in chance.choices(range(15_000), cum_weights=tags, k=4)))
    some_tags.append(subject[:12])
    themes = chance.sample(THEMES, k=chance.randint(1, 2))
    formats = list(dict.fromkeys(chance.choices(FORMATS, weights=range(16, 0, -1), k=chance.randint(1, 3))))
    created = start + timedelta(minutes=chance.randint(0, 3_000_000))
    modified = created + timedelta(minutes=chance.randint(0, 500_000))
    name, agency = f"ds-{number:06d}", f"org-{organization:04d}"
    owner = f"สำนักงาน{PLACES[organization % len(PLACES)]} {organization}"
    return {
        "id": f"{number * 2_654_435_761 % 2**32:08x}{number:024x}",
        "name": name,
        "title": title,
        "labels": [PUBLIC] if chance.random() < 0.97 else [f"org-{organization}"],
        "fields": {
            "organization": [agency],
            "owner_org": [agency],
            "groups": themes,
            "tags": some_tags,
            "res_format": formats,
            "license_id": [chance.choice(LICENCES)],
            "data_category": chance.choices(CATEGORIES, weights=(90, 6, 3, 1)),
            "type": ["dataset"],
            "dataset_type": ["dataset"],
            "state": ["active"],
            "private": ["false"],
            "num_resources": [str(len(formats))],
        },
        "created": created.isoformat(timespec="microseconds"),
        "modified": modified.isoformat(timespec="microseconds"),
        "bbox": None,
        "texts": {
            "title": title,
            "notes": notes,
            "tags": " ".join(some_tags),
            "groups": " ".join(themes),
            "organization": f"{agency} {owner}",
            "rest": f"{owner}\n{subject}.{formats[0].lower()}",
        },
    }


def _thai(number: int) -> str:
    return "".join(chr(0x0E50 + int(digit)) for digit in str(number))


@dataclass(frozen=True)
class Asked:
    """One search.

    Attributes:
        filters: (search field, value).
        selective: whether it is two words that few records have.
    """

    words: str
    filters: tuple[tuple[str, str], ...] = ()
    by_relevance: bool = True
    selective: bool = False


def questions(count: int, seed: int = SEED + 1) -> list[Asked]:
    """Searches as people make them: words, pieces, common words, two words, places, and lists without any word.

    A third each is without a filter, within an organisation, and of a format and a theme; a third is by date, and so
    are all lists.
    """
    chance = random.Random(seed)  # noqa: S311 - the same questions each time
    found: list[Asked] = []
    for number in range(count):
        subject, place = chance.choice(SUBJECTS), chance.choice(PLACES)
        whole = clusters(fold(subject).split()[0])
        low = chance.randint(0, max(len(whole) - 4, 0))
        piece = "".join(whole[low : low + chance.randint(2, 5)]) or subject
        common = chance.choice(WORDS)
        kinds = (subject, piece, common, f"{piece} {place}", f"{common} {place}", place, "")
        words = kinds[number % len(kinds)]
        agency = f"org-{int(chance.paretovariate(0.7)) % 1_500:04d}"
        kind_of = (("res_format", chance.choice(FORMATS[:6])), ("groups", chance.choice(THEMES)))
        filters = ((), (("organization", agency),), kind_of)[number // len(kinds) % 3]
        found.append(Asked(words, filters, by_relevance=bool(words) and chance.random() < 2 / 3))
    return found


def selective(count: int, among: int, seed: int = SEED + 2) -> list[Asked]:
    """Searches for two words that only few of the first `among` records have together: a village and its province."""
    chance = random.Random(seed)  # noqa: S311 - the same questions each time
    titles = (each["texts"]["title"] for each in records(min(among, 20_000)))
    found = [
        (whole, match[2])
        for title in titles
        if (match := re.search(r"(?<= )(\S+) จังหวัด(\S+)", title)) and len(whole := clusters(fold(match[1]))) > VILLAGE
    ]
    chosen = chance.sample(found, k=min(count, len(found)))
    return [Asked(f"{''.join(whole[-VILLAGE:])} {place}", selective=True) for whole, place in chosen]
