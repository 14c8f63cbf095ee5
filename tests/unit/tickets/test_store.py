"""Numbers, states, the queue, what is kept and what is forgotten."""

from __future__ import annotations

import json
import multiprocessing
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import create_engine
from sqlalchemy.event import listen

from persona.tickets import CLOSED, WAITING, WITH_STAFF, Ticket, TicketStore, UnknownTicketError
from persona.tickets.model import SILENCE

TZ = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 22, 23, 40, tzinfo=TZ)


def at(path: Path) -> TicketStore:
    return TicketStore(create_engine(f"sqlite:///{path}", connect_args={"timeout": 10}), TZ)


@pytest.fixture
def tickets(tmp_path: Path) -> TicketStore:
    return at(tmp_path / "tickets.db")


def opened(tickets: TicketStore, sender: str = "u1", now: datetime = NOW, urgency: str = "normal", reason: str = "handoff", **more: object) -> Ticket:
    return tickets.open(
        sender, now=now, due=now + timedelta(hours=12), longest=None, reason=reason, urgency=urgency,
        mascot="xiaofumiao", channel="own_web", **more,  # type: ignore[arg-type]
    )


def test_numbers_count_from_one_each_day_where_the_bank_is(tickets: TicketStore) -> None:
    assert opened(tickets).number == "T20261122-0001"
    assert opened(tickets).number == "T20261122-0002"
    utc = datetime(2026, 11, 22, 16, 30, tzinfo=ZoneInfo("UTC"))  # half past midnight in Shanghai
    assert opened(tickets, now=utc).number == "T20261123-0001"


def _open_many(path: str, count: int) -> None:
    tickets = at(Path(path))
    for n in range(count):
        opened(tickets, sender=f"s{n}", transcript=[("customer", "转人工")])


def test_two_processes_never_give_the_same_number(tmp_path: Path) -> None:
    path = tmp_path / "race.db"
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_open_many, args=(str(path), 15)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert sorted(t.number for t in at(path).queue()) == [f"T20261122-{n:04d}" for n in range(1, 31)]


def test_the_gravest_is_served_first_then_the_oldest(tickets: TicketStore) -> None:
    first, second = opened(tickets), opened(tickets, now=NOW + timedelta(minutes=1))
    urgent = opened(tickets, now=NOW + timedelta(minutes=2), urgency="urgent")
    assert [t.number for t in tickets.queue(WAITING)] == [urgent.number, first.number, second.number]
    assert [tickets.ahead(t) for t in (urgent, first, second)] == [0, 1, 2]
    tickets.raise_urgency(second, "critical")
    tickets.raise_urgency(urgent, "normal")
    assert [t.urgency for t in tickets.queue()] == ["critical", "urgent", "normal"]


def test_complaints_do_not_stand_in_the_queue_for_a_person(tickets: TicketStore) -> None:
    opened(tickets, reason="complain")
    assert tickets.ahead(opened(tickets)) == 0


def test_a_ticket_only_moves_forward(tickets: TicketStore) -> None:
    ticket = opened(tickets)
    assert tickets.say(ticket, "早", NOW) is None
    assert tickets.take(ticket.number, "王敏", "1023", NOW)
    assert tickets.take(ticket.number, "王敏", "1023", NOW), "the same clerk may take it again"
    assert not tickets.take(ticket.number, "李强", "2040", NOW)
    assert tickets.get(ticket.number).state == WITH_STAFF
    assert tickets.close(ticket.number, "办好了", NOW)
    assert not tickets.close(ticket.number, "", NOW)
    assert not tickets.take(ticket.number, "王敏", "1023", NOW)
    assert tickets.say(ticket, "还在吗", NOW) is None
    assert tickets.get(ticket.number).state == CLOSED
    assert [line.kind for line in tickets.transcript(ticket.number)] == ["joined", "closed"]


def test_a_clerk_who_says_nothing_does_not_silence_the_mascot_for_ever(tickets: TicketStore) -> None:
    number = opened(tickets).number
    tickets.take(number, "王敏", "1023", NOW)
    assert tickets.get(number).silences(NOW + SILENCE / 2)
    assert not tickets.get(number).silences(NOW + SILENCE)
    tickets.say(tickets.get(number), "在的", NOW + SILENCE / 2)
    assert tickets.get(number).silences(NOW + SILENCE)


def test_pending_lines_belong_to_their_conversation(tickets: TicketStore) -> None:
    mine, other = opened(tickets, "me"), opened(tickets, "other")
    for ticket in (mine, other):
        tickets.take(ticket.number, "王敏", "1023", NOW)
        tickets.say(tickets.get(ticket.number), f"给{ticket.sender}", NOW)
    lines = tickets.pending("me")
    assert [(line.kind, line.text) for line in lines] == [("joined", ""), ("text", "给me")]
    assert tickets.staff_line(lines[1].id, conversation=other.conversation) is None
    tickets.deliver(lines)
    assert tickets.pending("me") == [] and len(tickets.pending("other")) == 2


def test_secrets_never_reach_the_tables(tickets: TicketStore) -> None:
    ticket = opened(tickets, transcript=[("customer", "卡号6222020200112233445")])
    tickets.add(ticket.number, "customer", "验证码384756", NOW)
    tickets.close(ticket.number, "客户手机13812345678", NOW)
    kept = json.dumps([line.text for line in tickets.transcript(ticket.number)]) + tickets.get(ticket.number).note
    assert not any(secret in kept for secret in ("6222020200112233445", "384756", "13812345678"))


def test_forgetting_keeps_number_state_and_hash(tickets: TicketStore) -> None:
    ticket, other = opened(tickets, "me", transcript=[("customer", "我欠了八万")]), opened(tickets, "other", transcript=[("customer", "别删我")])
    assert [t.number for t in tickets.forget("me")] == [ticket.number]
    assert "八万" not in "".join(line.text for line in tickets.transcript(ticket.number))
    kept = tickets.get(ticket.number)
    assert (kept.sender, kept.conversation, kept.state, kept.due) == ("", ticket.conversation, WAITING, ticket.due)
    assert tickets.transcript(other.number)[0].text == "别删我"
    assert tickets.of("me")[0].number == ticket.number


def test_each_state_is_published_once(tickets: TicketStore) -> None:
    ticket = opened(tickets)
    assert [t.number for t in tickets.unpublished()] == [ticket.number]
    assert tickets.published(ticket) and not tickets.published(ticket)
    assert tickets.unpublished() == []
    tickets.raise_urgency(ticket, "urgent")
    assert [t.urgency for t in tickets.unpublished()] == ["urgent"]


def test_what_is_to_be_published_is_found_without_reading_the_closed_tickets(tmp_path: Path) -> None:
    tickets = at(tmp_path / "tickets.db")
    with tickets.engine.begin() as connection:
        connection.exec_driver_sql("DROP INDEX ticket_unpublished")  # a database of an older version
    tickets = at(tmp_path / "tickets.db")
    asked: list[str] = []
    listen(tickets.engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
    tickets.unpublished()
    with tickets.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked[-1]}").fetchall()
    assert all("USING INDEX ticket_unpublished" in row[-1] for row in plan)


def test_an_unknown_number_is_told(tickets: TicketStore) -> None:
    for act in (
        lambda: tickets.get("T20261122-9999"), lambda: tickets.take("T20261122-9999", "王敏", "1", NOW),
        lambda: tickets.close("T20261122-9999", "", NOW),
    ):
        with pytest.raises(UnknownTicketError):
            act()


def test_an_unknown_state_is_told(tickets: TicketStore) -> None:
    with pytest.raises(ValueError, match="waiting"):
        tickets.queue("offen")
