"""Every mood of every card has its drawing, and a drawing is nothing but a drawing."""

from __future__ import annotations

import xml.etree.ElementTree as Tree

from persona.mascot import FOLDER, load_mascot


def test_every_mood_of_every_card_is_drawn() -> None:
    for card in sorted(FOLDER.glob("*.yml")):
        mascot = load_mascot(card)
        root = Tree.parse(mascot.avatar_file).getroot()
        drawn = {e.get("id") for e in root.iter() if e.tag.endswith("symbol")}
        assert drawn == set(mascot.avatar_moods), card
        tags = {e.tag.split("}")[1] for e in root.iter()}
        assert tags <= {"svg", "title", "defs", "g", "symbol", "use", "path", "circle", "ellipse", "rect", "line", "polygon"}, tags
        assert not [a for e in root.iter() for a in e.attrib if a.lower().startswith("on") or "style" in a.lower()]
