"""The sandbox `TH-TEST`: registers full of people and companies that do not exist, to try a client against.

They are not stored anywhere: every record is worked out from its number, the same one each time. Their numbers have
valid check digits and can belong to nobody (`numbers.py`), and every family name ends in "ทดสอบ" (test).
"""
