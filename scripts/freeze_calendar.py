"""Write the Thai government calendar once, as data: `python scripts/freeze_calendar.py`.

The public days come from the `holidays` library (a development dependency only); the corrections below turn
them into the days on which government offices are closed. The result is frozen in the repository and mended
there by hand when the cabinet decides something new: run this script only to begin again.
"""

import datetime as dt
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import holidays

YEARS = range(2020, 2032)
TARGET = Path(__file__).parent.parent / "chalicelib/shared/data/government_calendar.json"
SOURCE = f"python package holidays {version('holidays')}"

IN_LIEU = " (in lieu)"
CABINET_SPECIAL = "Bridge Public Holiday"
# Labour Day closes banks and private employers; government offices work (unverified: general knowledge).
LABOUR_DAY = "National Labor Day"

# Days that a second source confirms, beyond the library: cabinet news (tna.mcot.net, sorbdee, mananews).
CONFIRMED = {
    "2023-05-05": "cabinet news",
    "2023-07-31": "cabinet news",
    "2023-12-29": "cabinet news: moved from 2 January 2024",
    "2024-12-30": "cabinet news",
}
DOUBTFUL = {
    "2023-01-03": "next to the special day of 30 December 2022: possibly a move of it, not an addition",
}
KNOWN_YEAR = {
    "th": "รวมวันหยุดพิเศษตามมติคณะรัฐมนตรีแล้ว ยังไม่ได้ตรวจกับราชกิจจานุเบกษา",
    "en": "Holds the cabinet's special days; not yet compared with the Royal Gazette.",
}
OPEN_YEAR = {
    "th": "ยังไม่มีวันหยุดพิเศษตามมติคณะรัฐมนตรีและวันพืชมงคล วันครบกำหนดอาจเลื่อนออกไป",
    "en": "The cabinet's special days and Royal Ploughing Day are not known yet: due dates may move later.",
}


def closed_days(year: int) -> list[dict[str, Any]]:
    """The days of one year on which government offices are closed, weekends apart."""
    days = []
    for category in ("public", "government"):
        th = holidays.country_holidays("TH", years=year, categories=(category,), language="th")
        en = holidays.country_holidays("TH", years=year, categories=(category,), language="en_US")
        for day in sorted(th):
            if day.year == year and not en[day].startswith(LABOUR_DAY):
                days.append(entry(day, th[day], en[day], category))
    return sorted(days, key=lambda found: str(found["date"]))


def entry(day: dt.date, th: str, en: str, category: str) -> dict[str, Any]:
    """One day as the data file keeps it."""
    if category == "government":
        kind = "government"
    elif en == CABINET_SPECIAL:
        kind, en = "cabinet_special", "Special public holiday"
    else:
        kind = "in_lieu" if IN_LIEU in en else "public"
    date = day.isoformat()
    found: dict[str, Any] = {"date": date, "name": {"th": th, "en": en}, "kind": kind, "source": SOURCE}
    if date in CONFIRMED:
        found |= {"source": f"{SOURCE}; {CONFIRMED[date]}", "verified": True}
    if date in DOUBTFUL:
        found["doubt"] = DOUBTFUL[date]
    return found


def calendar() -> dict[str, Any]:
    """The whole data file."""
    years, days = [], []
    for year in YEARS:
        found = closed_days(year)
        known = any(day["kind"] == "government" for day in found)
        note = KNOWN_YEAR if known else OPEN_YEAR
        years.append({"year": year, "verified": False, "complete": known, "note": note})
        days += found
    return {"years": years, "holidays": days, "agency_days": []}


def rendered(data: dict[str, Any]) -> str:
    """The data file as text, one day a line, so that a correction is a one-line change."""
    parts = []
    for name, rows in data.items():
        lines = ",\n".join("    " + json.dumps(row, ensure_ascii=False) for row in rows)
        parts.append(f'  "{name}": [\n{lines}\n  ]' if rows else f'  "{name}": []')
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(rendered(calendar()), encoding="utf-8")
