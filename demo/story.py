"""The story: one restaurant licence through all four platforms, a messy file that becomes a table, and one right that
finds its person.
"""

from __future__ import annotations

from demo.steps import Step
from demo.story_agreement import agreement
from demo.story_biz import biz
from demo.story_catalogue import catalogue
from demo.story_citizen import citizen
from demo.story_consent import consent
from demo.story_gdx import gdx
from demo.story_opendata import opendata
from demo.story_rights import rights
from demo.story_tables import tables

LICENCE: tuple[Step, ...] = (
    *gdx.steps,
    *agreement.steps,
    *biz.steps,
    *citizen.steps,
    *consent.steps,
    *opendata.steps,
    *catalogue.steps,
)
RIGHT: tuple[Step, ...] = tuple(rights.steps)
TABLES: tuple[Step, ...] = tuple(tables.steps)
STEPS: tuple[Step, ...] = (*LICENCE, *TABLES, *RIGHT)
