"""Klang: four central government platforms (gdx, opendata, biz, citizen) in one house."""
