"""The anti-fraud class: real-looking messages, some of them true; `items` what is asked, `game` how it goes on."""

from persona.quiz.items import Item, load_items

__all__ = ["Item", "load_items"]
