"""Rasa's domain, merged and written as Rasa does, but dumped by libyaml.

Rasa 3.6 writes the domain into the model with a YAML writer in pure Python; on content of this size that alone takes a
sixth of the training. The file says the same (tests/door/test_importer.py).
"""

from __future__ import annotations

from typing import Any

import yaml
from rasa.shared.constants import LATEST_TRAINING_DATA_FORMAT_VERSION
from rasa.shared.core.domain import Domain

_Base: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Dumper(_Base):
    """Every string in quotation marks: what one version of YAML reads as a string another reads as a number."""


_Dumper.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))


class MascotDomain(Domain):
    """A domain that stays one of these when Rasa's importers merge it with what they add."""

    def merge(self, domain: Domain | None, override: bool = False) -> Domain:
        """As in Rasa, but the result is of this class."""
        if not domain or domain.is_empty():
            return self
        if self.is_empty():
            return domain
        merged: Domain = self.from_dict(self.merge_domain_dicts(domain.as_dict(), self.as_dict(), override))
        return merged

    def as_yaml(self) -> str:
        """The domain as YAML that reads as Rasa's own."""
        data = {"version": LATEST_TRAINING_DATA_FORMAT_VERSION, **self.as_dict()}
        return str(yaml.dump(_plain(data), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000))


def _plain(value: Any) -> Any:
    """Rasa's and ruamel's own kinds of strings and containers as plain ones."""
    if isinstance(value, dict):
        return {_plain(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, str):
        return str(value)
    return value
