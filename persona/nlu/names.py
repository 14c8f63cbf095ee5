"""The names that are understood besides the lexicon: those on the mascots' cards and on the product sheets."""

from __future__ import annotations

from persona.mascot import load_mascots
from persona.products import load_products

MASCOT, SHEET = "mascot", "sheet"
UNLISTED = "unlisted"  # a name that sounds like a product and stands on no sheet (entities.yml)


def named() -> dict[str, dict[str, tuple[str, ...]]]:
    """Entity -> value -> what customers say. A sheet's value is its category and its id (`wealth/anxu_closed_182`)."""
    return {
        MASCOT: {mascot.id: mascot.aliases for mascot in load_mascots().values()},
        SHEET: {f"{sheet.category}/{sheet.id}": (sheet.name, *sheet.called) for sheet in load_products(approved=False).values()},
    }
