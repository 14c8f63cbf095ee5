"""Calculators: exact decimal arithmetic, reading amounts from Chinese text, and the dialogue that asks for them."""

from persona.calculators.dialogue import CALCULATORS, Step, step

__all__ = ["CALCULATORS", "Step", "step"]
