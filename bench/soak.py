"""Soak: the production profile under mixed load for a while, with faults; is an answer lost or doubled, does memory stay flat?

`python bench/soak.py [--minutes 30] [--rate 4] [--most 20000] [--seed 1] [--write]`. Needs PostgreSQL, Redis and RabbitMQ
(`make services`); everything runs on 127.0.0.1 in a scratch folder and is stopped at the end. Writes bench/out/soak.json;
`--write` also docs/soak.md. Exit 1 when something was lost, doubled or wrong, 2 when it could not run.

Every message carries a number in its metadata, which the tracker stores: a message whose number is not in the database at
the end was lost, one that is there twice was doubled.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import random
import signal
import statistics
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(ROOT), str(HERE)]

import aio_pika  # noqa: E402
from hostile import message as hostile  # noqa: E402
from hostile import sentences  # noqa: E402
from soak_page import page, verdict  # noqa: E402

from persona.compliance.audit import last_line, verify  # noqa: E402
from tests.services.production import Production, production  # noqa: E402
from tests.services.servers import LOCAL, PASSWORD, missing, scratch, until  # noqa: E402

CUSTOMERS = 6  # threads
MALFORMED = [
    (b"{broken", 400), (b"[]", 400), (b'{"message": "hi"}', 400), (b'{"sender": "u", "message": 3}', 400),
    (json.dumps({"sender": "u", "message": "a" * 5000}).encode(), 413), (json.dumps({"sender": "u", "message": "\u5361" * 30_000}).encode(), 413),
]
CALCULATION = ["算一下房贷月供", "100万", "30年", "年利率3.5%", "谢谢"]


def questions() -> list[str]:
    """The project's own example sentences."""
    found: list[str] = []
    for path in sorted((ROOT / "data" / "nlu").rglob("*.yml")):
        for entry in (yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader) or {}).get("nlu") or []:
            found += [line[2:].strip() for line in str(entry.get("examples") or "").splitlines()[:6] if line.startswith("- ") and "[" not in line]
    return found


class Load:
    """Customers who write, and what came back."""

    def __init__(self, house: Production, rate: float, most: int, seed: int) -> None:
        self.house, self.rate, self.most, self.seed = house, rate, most, seed
        self.asked, self.known = questions(), sentences()
        self.stop = threading.Event()
        self.lock = threading.Lock()
        self.sent: dict[str, str] = {}  # number of a message -> its sender, when the answer was 200
        self.statuses: Counter[str] = Counter()
        self.kinds: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.times: list[tuple[float, float]] = []  # (when, seconds)
        self.count = 0

    def customer(self, number: int) -> None:
        rng = random.Random(f"{self.seed}/{number}")
        talk = 0
        while not self.stop.is_set() and self.count < self.most:
            talk += 1
            self._conversation(rng, f"soak-{number}-{talk}")

    def _conversation(self, rng: random.Random, sender: str) -> None:
        buttons: list[str] = []
        script = list(CALCULATION) if rng.random() < 0.1 else []
        for turn in range(rng.randint(1, 12)):
            if self.stop.wait(rng.expovariate(self.rate / CUSTOMERS)):
                return
            roll = rng.random()
            if script:
                kind, text = "calculator", script.pop(0)
            elif roll < 0.03:
                body, wanted = rng.choice(MALFORMED)
                self._malformed(body, wanted)
                continue
            elif roll < 0.18:
                kind, text = "hostile", hostile(rng, self.known)[:3900]
            elif roll < 0.38 and buttons:
                kind, text = "button", rng.choice(buttons)
            elif roll < 0.43:  # two at once
                with ThreadPoolExecutor(2) as pair:
                    for n, text in enumerate(rng.sample(self.asked, 2)):
                        pair.submit(self.say, sender, text, f"{sender}/{turn}/{n}", "pair")
                continue
            else:
                kind, text = "question", rng.choice(self.asked)
            buttons = self.say(sender, text, f"{sender}/{turn}", kind) or buttons

    def say(self, sender: str, text: str, number: str, kind: str) -> list[str]:
        """One message; the payloads of its buttons."""
        body = json.dumps({"sender": sender, "message": text, "metadata": {"soak": number}}).encode()
        began = time.monotonic()
        try:
            status, answer = self.house.rest.post(body)
        except Exception as problem:  # the connection was cut or nothing came: the answer is lost
            status, answer = 0, ""
            self._wrong(f"{number}: {type(problem).__name__} {problem}")
        took = time.monotonic() - began
        with self.lock:
            self.count += 1
            self.statuses[str(status)] += 1
            self.kinds[kind] += 1
            self.times.append((began, took))
            if status == 200:
                self.sent[number] = sender
        if status != 200:
            self._wrong(f"{number}: status {status} {answer[:120]}")
            return []
        bubbles = json.loads(answer)
        if not bubbles or not any(b.get("text") for b in bubbles):
            self._wrong(f"{number}: an empty answer to {text[:40]!r}")
        return [b["payload"] for bubble in bubbles for b in bubble.get("buttons") or []]

    def _malformed(self, body: bytes, wanted: int) -> None:
        try:
            status, _ = self.house.rest.post(body)
        except Exception as problem:
            self._wrong(f"malformed: {type(problem).__name__}")
            return
        with self.lock:
            self.statuses[str(status)] += 1
            self.kinds["malformed"] += 1
        if status != wanted:
            self._wrong(f"malformed: {status}, not {wanted}")

    def _wrong(self, what: str) -> None:
        with self.lock:
            self.wrong.append(what)


class Consumer:
    """The bank's own reader of the queue: takes everything out, keeps the numbers of the audit lines."""

    def __init__(self, house: Production) -> None:
        self.house = house
        self.lines: list[int] = []
        self.events = 0
        self.ended = False
        self.thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self.thread.start()

    async def _run(self) -> None:
        while not self.ended:
            try:
                connection = await aio_pika.connect(
                    host=LOCAL, port=self.house.rabbit.port, login=self.house.rabbit.user, password=PASSWORD, timeout=10,
                )
                async with connection:
                    queue = await (await connection.channel()).declare_queue("mascot", durable=True)
                    while not self.ended:
                        message = await queue.get(fail=False, timeout=20)
                        if message is None:
                            await asyncio.sleep(0.5)
                            continue
                        body = json.loads(message.body)
                        if body.get("event") == "mascot_audit":
                            self.lines.append(int(body["audit"]["seq"]))
                        else:
                            self.events += 1
                        await message.ack()
            except Exception:
                await asyncio.sleep(1)


class Memory:
    """Resident megabytes of every worker, now and then."""

    def __init__(self, house: Production) -> None:
        self.house = house
        self.seen: dict[int, list[tuple[float, float]]] = {}
        self.actions: dict[int, list[tuple[float, float]]] = {}

    def look(self) -> None:
        for part, kept in (("persona.rasa_adapter.run", self.seen), ("sharing", self.actions)):
            for pid in self.house.pids(part):
                try:
                    status = Path(f"/proc/{pid}/status").read_text()
                except OSError:
                    continue
                resident = next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS")), 0.0)
                kept.setdefault(pid, []).append((time.monotonic(), resident))

    def rows(self) -> list[dict[str, Any]]:
        """For the workers that are alive: MB at the end of their warm-up (a quarter of their time), in the middle, at the end."""
        alive, found = set(self.house.pids()), []
        for pid, seen in self.seen.items():
            if pid in alive and len(seen) >= 8:
                n = len(seen)
                parts = [statistics.mean(mb for _, mb in seen[int(n * a):int(n * b)]) for a, b in ((0.2, 0.35), (0.5, 0.65), (0.85, 1.0))]
                found.append({"minutes": round((seen[-1][0] - seen[0][0]) / 60, 1), "early": parts[0], "middle": parts[1], "late": parts[2]})
        return found


def faults(house: Production, minutes: float) -> list[tuple[float, str, Any]]:
    """(second, name, what is done), spread over the run."""
    total = minutes * 60
    broker = lambda: (house.rabbit.pause(), time.sleep(min(25, total / 30)), house.rabbit.go_on())  # noqa: E731
    database = lambda: (house.database.stop(), time.sleep(min(8, total / 60)), house.database.start())  # noqa: E731

    def actions() -> None:
        import os

        for pid in house.pids("sharing"):
            os.kill(pid, signal.SIGKILL)

    def renew() -> None:
        assert house.process is not None
        before = house.said("全部换新了")
        house.process.send_signal(signal.SIGUSR1)
        until(lambda: house.said("全部换新了") > before, 400, 0.5)

    def slow() -> None:
        house.gate.delay = 1.0
        time.sleep(min(15, total / 40))
        house.gate.delay = 0.0

    plan = [(0.08, "all workers renewed one by one", renew)]
    for at in (0.25, 0.55, 0.80):
        plan += [(at, "action servers killed", actions), (at + 0.05, "database stopped, started again", database),
                 (at + 0.10, "RabbitMQ stands still", broker), (at + 0.14, "action servers slow (1 s)", slow)]
    return [(share * total, name, what) for share, name, what in plan]


def quantiles(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    if not ordered:
        return {}
    at = lambda q: ordered[min(len(ordered) - 1, int(q * len(ordered)))] * 1000  # noqa: E731
    return {"p50": at(0.5), "p95": at(0.95), "p99": at(0.99), "max": ordered[-1] * 1000, "n": len(ordered)}


def stored(house: Production) -> Counter[str]:
    """How often each message's number is in the database."""
    rows = house.database.sql("select data from events where type_name = 'user'")
    numbers = ((json.loads(row).get("metadata") or {}).get("soak") for row in rows)
    return Counter(number for number in numbers if number)


def soak(house: Production, minutes: float, rate: float, most: int, seed: int) -> dict[str, Any]:
    load, consumer, memory = Load(house, rate, most, seed), Consumer(house), Memory(house)
    customers = [threading.Thread(target=load.customer, args=(n,)) for n in range(CUSTOMERS)]
    began = time.monotonic()
    for thread in customers:
        thread.start()
    plan = faults(house, minutes)
    done: list[dict[str, Any]] = []
    busy: list[tuple[float, float]] = []
    running: threading.Thread | None = None

    def inflict(name: str, what: Any) -> None:
        start = time.monotonic()
        try:
            what()
        except Exception as problem:
            load.wrong.append(f"fault {name}: {problem}")
        busy.append((start - 0.5, time.monotonic() + 5))
        done.append({"fault": name, "at": round(start - began), "seconds": round(time.monotonic() - start, 1)})

    for number in (signal.SIGINT, signal.SIGTERM):  # ends early; the report says how long it was
        signal.signal(number, lambda *_: load.stop.set())
    try:
        while time.monotonic() - began < minutes * 60 and load.count < most and not load.stop.is_set():
            now = time.monotonic() - began
            if plan and now >= plan[0][0] and (running is None or not running.is_alive()):
                _, name, what = plan.pop(0)
                running = threading.Thread(target=inflict, args=(name, what))
                running.start()
                print(f"{now:6.0f} s  {load.count} messages  {name}", flush=True)
            memory.look()
            time.sleep(5)
    finally:
        load.stop.set()
        for thread in customers:
            thread.join(60)
        if running is not None:
            running.join(120)
    seconds = time.monotonic() - began
    rows = memory.rows()
    wanted = Counter(load.sent)
    ends = time.monotonic() + 60
    while stored(house) != Counter(dict.fromkeys(wanted, 1)) and time.monotonic() < ends:
        time.sleep(1)
    found = stored(house)
    lost = [number for number in load.sent if not found[number]]
    doubled = [number for number, times in found.items() if times > 1]
    last = int((last_line(house.audit) or {"seq": 0})["seq"])
    while not set(range(1, last + 1)) <= set(consumer.lines) and time.monotonic() < ends + 60:
        time.sleep(1)
    consumer.ended = True
    missing_lines = sorted(set(range(1, last + 1)) - set(consumer.lines))
    if missing_lines and missing_lines[0] == 1:  # the feed begins with what is written after it was set up
        first = min(consumer.lines, default=1)
        missing_lines = [n for n in missing_lines if n >= first]
    calm = [took for at, took in load.times if not any(a <= at <= b for a, b in busy)]
    return {
        "date": date.today().isoformat(), "minutes": round(seconds / 60, 1), "rate": rate, "messages": load.count, "conversations": len({*load.sent.values()}),
        "kinds": dict(load.kinds), "statuses": dict(load.statuses), "lost": lost, "doubled": doubled, "wrong": load.wrong,
        "faults": done, "calm": quantiles(calm), "all": quantiles([took for _, took in load.times]), "memory": rows,
        "audit": {"lines": last, "delivered": len(set(consumer.lines)), "repeated": len(consumer.lines) - len(set(consumer.lines)),
                  "missing": missing_lines, "chain": verify(house.audit)},
        "events": consumer.events, "python": platform.python_version(),
    }


def main() -> int:
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("--minutes", type=float, default=30)
    ap.add_argument("--rate", type=float, default=4, help="messages a second, all customers together")
    ap.add_argument("--most", type=int, default=20_000, help="messages after which it ends")
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--write", action="store_true", help="write docs/soak.md")
    args = ap.parse_args()
    if lacking := [name for name in missing() if name != "nginx"]:
        print(f"没有装 {'、'.join(lacking)}；make services 会装。", file=sys.stderr)
        return 2
    with scratch() as folder, production(folder) as house:
        result = soak(house, args.minutes, args.rate, args.most, args.seed)
    problems = verdict(result)
    out = HERE / "out"
    out.mkdir(exist_ok=True)
    (out / "soak.json").write_text(json.dumps(result, ensure_ascii=False, indent=1), "utf-8")
    if args.write:
        (ROOT / "docs" / "soak.md").write_text(page(result, problems), "utf-8")
    print(page(result, problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
