"""Give-aways: a sheet says what is promised, `entries` who takes part, `draw` who wins, `dialogue` what is answered."""

from persona.giveaways.sheet import Giveaway, load_giveaways

__all__ = ["Giveaway", "load_giveaways"]
