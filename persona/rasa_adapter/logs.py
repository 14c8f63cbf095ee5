"""No log line carries a secret: every record of the process is masked when it is made, `--debug` too."""

from __future__ import annotations

import logging
from typing import Any

from persona.compliance.secrets import mask

_installed = False


def mask_logs() -> None:
    """Wrap the log record factory once. structlog renders into the same records, so its lines are covered."""
    global _installed
    if _installed:
        return
    make = logging.getLogRecordFactory()

    def masked_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        try:
            record.msg, record.args = mask(record.getMessage())[0], ()
        except Exception:  # a malformed log call must fail where logging reports it, not here
            return record
        return record

    logging.setLogRecordFactory(masked_record)
    _installed = True
