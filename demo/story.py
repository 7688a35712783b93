"""One restaurant licence through all four platforms, step by step."""

from __future__ import annotations

from demo.steps import Step
from demo.story_biz import biz
from demo.story_citizen import citizen
from demo.story_gdx import gdx
from demo.story_opendata import opendata

STEPS: tuple[Step, ...] = (*gdx.steps, *biz.steps, *citizen.steps, *opendata.steps)
