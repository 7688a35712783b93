"""How to cite a version of a file: for people in Thai and English, and for the programs that keep their references."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from urllib.parse import quote

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.thai import format_date

from ..model import File, Group, Package, Resource
from ..usage.counters import day_of

BUDDHIST = 543
CATALOGUE_TH, CATALOGUE = "ข้อมูลเปิดภาครัฐ", "Open Government Data"
_TEX = {
    **{letter: f"\\{letter}" for letter in "&%$#_{}"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\^{}",
}


@dataclass(frozen=True)
class Citation:
    """A version as it is cited.

    Attributes:
        th, en: for people, after APA.
        url: the stable address of the version.
        bibtex, csl, ris: for programs: BibTeX, CSL-JSON, RIS.
    """

    th: str
    en: str
    url: str
    bibtex: str
    csl: str
    ris: str


def version_url(site: str, package: Package, resource: Resource, number: int) -> str:
    """The stable address of a version: it names the dataset by its id, which is never another."""
    return f"{site}/dataset/{quote(package.id, safe='')}/resource/{quote(resource.id, safe='')}/version/{number}"


def citation(
    package: Package, organization: Group, resource: Resource, file: File | None, *, site: str, accessed: date
) -> Citation:
    """The citation of a version; without a file (a link, or nothing but a description), that of the dataset.

    Args:
        site: public address.
        accessed: the day on which the reader looked it up.
    """
    title = _title(package, resource, file)
    moment = file.at if file is not None else package.modified
    made = day_of(datetime.fromisoformat(moment))
    url = version_url(site, package, resource, file.number) if file else dataset_url(site, package)
    return _told(organization.title, title, made, file.number if file else None, url, accessed, package.dataset.name)


def of_dataset(package: Package, organization: Group, *, site: str, accessed: date) -> Citation:
    """The citation of a dataset as a whole, as it stands."""
    made = day_of(datetime.fromisoformat(package.modified))
    title = one_line(package.dataset.fields.get("title") or package.dataset.name)
    return _told(organization.title, title, made, None, dataset_url(site, package), accessed, package.dataset.name)


def dataset_url(site: str, package: Package) -> str:
    """The address of a dataset's page."""
    return f"{site}/dataset/{quote(package.dataset.name, safe='')}"


def _title(package: Package, resource: Resource, file: File | None) -> str:
    title = one_line(package.dataset.fields.get("title") or package.dataset.name)
    name = one_line(resource.fields.get("name") or (file.file_name if file else ""))
    return f"{title}: {name}" if name and name != title else title


def one_line(text: object) -> str:
    """Text without line breaks and double blanks."""
    return re.sub(r"\s+", " ", str(text)).strip()


def _told(office: str, title: str, made: date, number: int | None, url: str, accessed: date, key: str) -> Citation:
    office = one_line(office)
    of_th = f"ชุดข้อมูล เวอร์ชัน {number} ({format_date(made, 'th')})" if number else "ชุดข้อมูล"
    of_en = f"dataset, version {number}, {format_date(made, 'en')}" if number else "dataset"
    return Citation(
        th=(
            f"{office}. ({made.year + BUDDHIST}). {title} [{of_th}]. {CATALOGUE_TH}. {url}"
            f" (สืบค้นเมื่อ {format_date(accessed, 'th')})"
        ),
        en=f"{office}. ({made.year}). {title} [{of_en}]. {CATALOGUE}. {url} (Accessed {format_date(accessed, 'en')})",
        url=url,
        bibtex=_bibtex(office, title, made, number, url, accessed, key),
        csl=_csl(office, title, made, number, url, accessed, key),
        ris=_ris(office, title, made, number, url, accessed),
    )


def _bibtex(office: str, title: str, made: date, number: int | None, url: str, accessed: date, key: str) -> str:
    fields = {
        "author": f"{{{_tex(office)}}}",
        "title": f"{{{_tex(title)}}}",
        "year": str(made.year),
        "month": str(made.month),
        **({"version": str(number)} if number else {}),
        "publisher": CATALOGUE,
        "url": url,
        "urldate": accessed.isoformat(),
        "note": f"Buddhist Era {made.year + BUDDHIST}",
    }
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
    return f"@misc{{{key}{f'-v{number}' if number else ''},\n{lines}\n}}\n"


def _tex(text: str) -> str:
    return "".join(_TEX.get(letter, letter) for letter in text)


def _csl(office: str, title: str, made: date, number: int | None, url: str, accessed: date, key: str) -> str:
    item = {
        "id": f"{key}-v{number}" if number else key,
        "type": "dataset",
        "title": title,
        "author": [{"literal": office}],
        "issued": {"date-parts": [[made.year, made.month, made.day]]},
        **({"version": str(number)} if number else {}),
        "publisher": CATALOGUE,
        "URL": url,
        "accessed": {"date-parts": [[accessed.year, accessed.month, accessed.day]]},
    }
    return json.dumps([item], ensure_ascii=False, indent=2)


def _ris(office: str, title: str, made: date, number: int | None, url: str, accessed: date) -> str:
    lines = [
        ("TY", "DATA"),
        ("AU", office),
        ("TI", title),
        ("PY", str(made.year)),
        ("DA", f"{made:%Y/%m/%d}"),
        *([("ET", str(number))] if number else []),
        ("PB", CATALOGUE),
        ("UR", url),
        ("Y2", f"{accessed:%Y/%m/%d}"),
        ("ER", ""),
    ]
    return "".join(f"{name}  - {value}\r\n" for name, value in lines)
