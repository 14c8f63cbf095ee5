"""The compliance guard: no rasa, no tensorflow, one decision."""

from persona.compliance.disclosures import disclosure_text
from persona.compliance.guard import Guard
from persona.compliance.model import Context, Decision, Finding
from persona.compliance.rules import RuleError

__all__ = ["Context", "Decision", "Finding", "Guard", "RuleError", "disclosure_text"]
