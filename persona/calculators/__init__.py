"""Calculators: exact decimal arithmetic, reading amounts from Chinese text, and the dialogue that asks for them."""

from persona.calculators.dialogue import CALCULATORS, Step, step, told

_FLOWS = {"prepayment": "loan", "monthly_payment": "loan", "installment": "card", "pension_tax": "pension", "deposit_interest": "deposit"}


def flow_of(label: str) -> str | None:
    """The product category a calculation is about, by the intent's label; None for everything else."""
    return _FLOWS.get(label.removeprefix("calculate_")) if label.startswith("calculate_") else None


__all__ = ["CALCULATORS", "Step", "flow_of", "step", "told"]
