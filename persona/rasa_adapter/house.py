"""What every part of the adapter shares in one process: the bank, its mascots, the guard, the audit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from persona.compliance import Guard
from persona.compliance.audit import AuditLog, project_log
from persona.compliance.tally import Tally
from persona.figures import Figures, load_figures
from persona.institution import Institution, load_institution
from persona.live import LiveFile
from persona.mascot import Mascot, load_mascots, speaking
from persona.products import load_products
from persona.rasa_adapter.provenance import Provenance
from persona.voice import Voice


@dataclass(frozen=True)
class House:
    """Loaded once; a broken card, rule or figure stops the start here with file and line."""

    institution: Institution
    figures: Figures
    mascots: Mapping[str, Mascot]
    voice: Voice
    guard: Guard
    audit: AuditLog
    tally: Tally
    live: LiveFile
    provenance: Provenance

    def mascot_for(self, slots: Mapping[str, Any], metadata: Mapping[str, Any] | None) -> str:
        """Who speaks: said by the customer (slot), before the message's metadata, before institution.yml."""
        return speaking(slots, metadata, self.mascots, self.institution.mascot)


@lru_cache(maxsize=1)
def house() -> House:
    """The shared objects of this process."""
    institution = load_institution()
    figures = load_figures()
    mascots = load_mascots()
    audit = project_log(institution)
    guard = Guard.load()
    live = LiveFile.open(guard)
    live.changed = lambda state: audit.append({"kind": "live", **state.summary()})
    provenance = Provenance(institution, load_products(approved=False), live, guard)
    return House(institution, figures, mascots, Voice(mascots, institution, figures), guard, audit,
                 Tally(audit.append, institution.today), live, provenance)
