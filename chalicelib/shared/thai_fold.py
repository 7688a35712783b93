"""Thai and other text as search sees it: one spelling for everything that looks alike or means the same sign.

The same function folds what is indexed and what is asked, so both always agree. It is part of every snapshot's name
(`VERSION`): an index that was folded otherwise is never asked.

What is folded, and why:

- NFKC: presentation forms, full-width letters, no-break spaces.
- Sara am is one letter in the keyboard's sense and two in Unicode's decomposition; with a tone mark people type it in
  four orders (น้ำ, นํ้า, น้ํา, นำ้), which look the same. All become ำ after the tone mark.
- Marks above and below a consonant in the order vowel, then tone; one that is typed twice stands once.
- Two SARA E (เเ) look like SARA AE (แ).
- Thai digits are digits, `1,234` is `1234`.
- Zero-width spaces and joiners, soft hyphens, direction marks and variation selectors are nothing.
- The repetition mark ๆ and the abbreviation mark ฯ stand between words.
- Dots of abbreviations: พ.ร.บ. is พรบ, รพ.สต. is รพสต.
- Lower case.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

VERSION = "f2"
"""Changes whenever the same text may give other tokens than before, or the index has other fields."""

_THAI_DIGIT = re.compile("[\u0e50-\u0e59]")
_NOTHING = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\ufffe\uffff]"
)
_SPACES = re.compile("[\x00-\x20\u0e2f\u0e46\u0e3f\u0e4f\u0e5a\u0e5b]+")
_ODD_SPACE = re.compile("[\x00-\x1f\u0e2f\u0e46\u0e3f\u0e4f\u0e5a\u0e5b]")
_SARA_AM = re.compile("\u0e4d([\u0e48-\u0e4b]*)\u0e32")
_TONE_AFTER_AM = re.compile("\u0e33([\u0e48-\u0e4b]+)")
# a vowel behind a tone, a mark twice, a vowel twice; that all begin with one class lets the engine skip fast
_ODD_MARKS = re.compile(
    "([\u0e30-\u0e3a\u0e45\u0e47-\u0e4e])(?:\\1|(?<=[\u0e48-\u0e4c\u0e4e])[\u0e31\u0e34-\u0e3a\u0e47\u0e4d]"
    "|(?<=[\u0e30\u0e32\u0e33\u0e45])[\u0e30\u0e32\u0e33\u0e45])"
)
_MARKS = re.compile("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]{2,}")
_SAME_VOWELS = re.compile("([\u0e30\u0e32\u0e33\u0e45])\\1+")
_DOTTED = re.compile("[ก-ฮ]\\.[ก-ฮ]")
_ABBREVIATION = re.compile("(?<![\u0e01-\u0e4e])([ก-ฮ]{1,3})\\.(?=[ก-ฮ]{1,3}(?![\u0e01-\u0e4e]))")
_GROUPED = re.compile("[0-9],[0-9]")
_THOUSANDS = re.compile(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))")
_PLAIN = re.compile("[\x20-\x7e\u0e01-\u0e3a\u0e40-\u0e4e\n\t]*")


def fold(text: str) -> str:
    """The text in its one spelling; folding twice changes nothing."""
    folded = _once(text)
    if _PLAIN.fullmatch(folded):
        return folded
    # a few letters of other scripts need two rounds (case mappings that compose anew)
    for _ in range(4):
        again = _once(folded)
        if again == folded:
            break
        folded = again
    return folded


def _once(text: str) -> str:
    if not text.isascii():
        if not _PLAIN.fullmatch(text):
            text = unicodedata.normalize("NFKC", _NOTHING.sub("", text))
            text = _THAI_DIGIT.sub(lambda found: chr(ord(found[0]) - 0x0E20), text)
        text = _thai(text)
    text = text.lower()
    if "  " in text or _ODD_SPACE.search(text):
        text = _SPACES.sub(" ", text)
    text = text.strip(" ")
    return _THOUSANDS.sub("", text) if "," in text and _GROUPED.search(text) else text


def _thai(text: str) -> str:
    # most texts have nothing of this; to look first is faster
    if "\u0e4d" in text:
        text = _SARA_AM.sub("\\1\u0e33", text)
    if _TONE_AFTER_AM.search(text):
        text = _TONE_AFTER_AM.sub("\\1\u0e33", text)
    text = text.replace("\u0e40\u0e40", "\u0e41")
    if _ODD_MARKS.search(text):
        text = _SAME_VOWELS.sub("\\1", _MARKS.sub(lambda found: _ordered(found[0]), text))
    return _ABBREVIATION.sub("\\1", text) if "." in text and _DOTTED.search(text) else text


@lru_cache(maxsize=4096)
def _ordered(marks: str) -> str:
    """Marks of one consonant: below, above, then tones and the rest, each once."""
    return "".join(sorted(dict.fromkeys(marks), key=_rank))


def _rank(mark: str) -> tuple[int, str]:
    if "\u0e38" <= mark <= "\u0e3a":
        return 0, mark
    return (1, mark) if mark in "\u0e31\u0e34\u0e35\u0e36\u0e37\u0e47\u0e4d" else (2, mark)


_LEADING = re.compile("([\u0e40-\u0e44])([ก-ฮ])")
_TONES = re.compile("[\u0e47-\u0e4e]")


def order_key(title: str) -> str:
    """Text whose code points sort as a Thai dictionary does (Royal Society): consonants first, tone marks last.

    A vowel that is written before its consonant is sorted behind it; tone marks count only between words that are
    otherwise the same.
    """
    folded = fold(title)
    swapped = _LEADING.sub("\\2\\1", folded)
    plain = _TONES.sub("", swapped)
    return plain if plain == swapped else f"{plain}\x01{swapped}"
