"""What the rules about words refuse by their own examples."""

from __future__ import annotations

import yaml

from persona.compliance.rules import HERE

REFUSED = [
    example
    for path in sorted((HERE / "rules").glob("*.yml"))
    for rule in [yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)]
    if rule["detect"].get("any") and not rule["detect"].get("check") and rule["id"] not in ("NM-06", "SO-01")
    for example in rule["examples"]["refuse"]
    if isinstance(example, str)
]
