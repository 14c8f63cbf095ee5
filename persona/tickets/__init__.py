"""Tickets: what is handed over to staff, who has it, until when it is answered."""

from persona.tickets.model import CLOSED, WAITING, WITH_STAFF, Line, Ticket
from persona.tickets.store import TicketStore, UnknownTicketError, store

__all__ = ["CLOSED", "WAITING", "WITH_STAFF", "Line", "Ticket", "TicketStore", "UnknownTicketError", "store"]
