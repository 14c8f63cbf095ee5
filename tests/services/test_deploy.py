"""What stands in deploy/: nginx for real, backup and restore on a real PostgreSQL, Compose against what the project needs."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from persona.compliance.audit import AuditLog, verify
from tests.services import servers
from tests.services.processes import DESK_TOKEN, ROOT
from tests.services.production import Production
from tests.services.servers import LOCAL, Nginx, PostgreSQL, free_port, missing, running, scratch

DEPLOY = ROOT / "deploy"


class Ports:
    """The ports of nginx.conf, moved to free ones."""

    customers, inside, actions = 0, 0, 0


def configuration(house: Any, ports: Ports) -> Any:
    def made(folder: Path, port: int) -> str:
        ports.customers, ports.inside, ports.actions = port, free_port(), free_port()
        text = (DEPLOY / "nginx" / "nginx.conf").read_text("utf-8").replace("/tmp/", f"{folder}/")
        for old, new in (
            ("listen 8080;", f"listen {LOCAL}:{port};"), ("listen 8081;", f"listen {LOCAL}:{ports.inside};"), ("listen 5055;", f"listen {LOCAL}:{ports.actions};"),
            ("set $rasa rasa:5005;", f"set $rasa {LOCAL}:{house.port};"), ("set $actions actions:5055;", f"set $actions {LOCAL}:{house.actions_port};"),
            ("/dev/stdout", str(folder / "access.log")), ("/dev/stderr", str(folder / "error.log")),
        ):
            assert old in text, old
            text = text.replace(old, new)
        return text

    return made


@pytest.fixture(scope="module")
def ports() -> Ports:
    return Ports()


@pytest.fixture(scope="module")
def nginx(everything: Production, ports: Ports) -> Iterator[Nginx]:
    if "nginx" in missing():
        pytest.skip("没有装 nginx；make services 会装")
    with scratch() as folder:
        server = Nginx(folder, configuration(everything, ports))
        assert server.check() == ""
        with running(server):
            yield server


def fetch(port: int, path: str, body: bytes | None = None, **headers: str) -> tuple[int, str, Any]:
    request = urllib.request.Request(f"http://{LOCAL}:{port}{path}", body, {"Content-Type": "application/json", **headers})
    try:
        with urllib.request.urlopen(request, timeout=40) as reply:
            return int(reply.status), reply.read().decode(), reply.headers
    except urllib.error.HTTPError as problem:
        return problem.code, problem.read().decode(), problem.headers


def said(sender: str, text: str) -> bytes:
    return json.dumps({"sender": sender, "message": text}).encode()


def test_customers_reach_the_channel_and_the_page_through_nginx(house: Production, nginx: Nginx, ports: Ports) -> None:
    status, text, headers = fetch(ports.customers, "/webhooks/rest/webhook", said("n1", "信用卡怎么挂失"))
    assert status == 200 and "95" in json.loads(text)[0]["text"]
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "no-referrer"
    assert headers["Strict-Transport-Security"] and headers["Permissions-Policy"] and "nginx/" not in headers["Server"]
    status, text, headers = fetch(ports.customers, "/web/")
    assert status == 200 and "<html" in text and "frame-ancestors" in headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path", ["/", "/desk/tickets", "/webhooks/rest/readyz", "/webhooks/rest/../../desk/tickets", "//desk/tickets", "/desk%2ftickets", "/status", "/model", "/conversations/x/tracker", "/version"],
)
def test_customers_reach_nothing_else(nginx: Nginx, ports: Ports, path: str) -> None:
    status, _, headers = fetch(ports.customers, path, Authorization=f"Bearer {DESK_TOKEN}")
    assert status == 404 and headers["X-Content-Type-Options"] == "nosniff"


def test_the_bank_reaches_the_desk_and_readiness(house: Production, nginx: Nginx, ports: Ports) -> None:
    assert fetch(ports.inside, "/desk/tickets", Authorization=f"Bearer {DESK_TOKEN}")[0] == 200
    assert fetch(ports.inside, "/desk/tickets")[0] == 401
    assert json.loads(fetch(ports.inside, "/webhooks/rest/readyz")[1])["ready"] is True
    assert fetch(ports.inside, "/webhooks/rest/webhook", said("n2", "你好"))[0] == 404


def test_the_action_servers_are_behind_one_address(house: Production, nginx: Nginx, ports: Ports) -> None:
    status, text, _ = fetch(ports.actions, "/webhook", json.dumps({"next_action": "action_nobody", "sender_id": "x", "tracker": {}, "domain": {}}).encode())
    assert status == 404 and "action_nobody" in text  # said by rasa_sdk
    assert fetch(ports.actions, "/actions")[0] == 404


def test_too_much_is_refused_by_nginx(house: Production, nginx: Nginx, ports: Ports) -> None:
    status, text, _ = fetch(ports.customers, "/webhooks/rest/webhook", said("n3", "卡" * 40_000))
    assert status == 413 and json.loads(text)["error"] == "body_too_large"
    answers = [fetch(ports.customers, "/webhooks/rest/webhook", b"{broken")[:2] for _ in range(40)]
    assert {(status, json.loads(text)["error"]) for status, text in answers} == {(400, "bad_json"), (429, "too_many")} and answers[0][0] == 400


def test_what_customers_write_is_in_no_log(house: Production, nginx: Nginx, ports: Ports) -> None:
    fetch(ports.customers, "/webhooks/rest/webhook?words=not-to-be-kept", said("n1", "信用卡怎么挂失"))
    log = (nginx.folder / "access.log").read_text("utf-8", "replace")
    assert "/webhooks/rest/webhook" in log and "信用卡" not in log and "not-to-be-kept" not in log and "?" not in log


def test_a_worker_that_is_away_is_a_503_with_a_reason() -> None:
    if "nginx" in missing():
        pytest.skip("没有装 nginx；make services 会装")
    ports, nobody = Ports(), type("Nobody", (), {"port": free_port(), "actions_port": free_port()})()
    with scratch() as folder, running(Nginx(folder, configuration(nobody, ports))):
        status, text, headers = fetch(ports.customers, "/webhooks/rest/webhook", said("n4", "你好"))
    assert status == 503 and json.loads(text)["error"] == "away" and "110" in text and headers["Retry-After"] == "5"
    assert headers["X-Content-Type-Options"] == "nosniff"


class Names:
    """A name server that answers every question with `address`."""

    def __init__(self) -> None:
        self.address = LOCAL
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((LOCAL, 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            asked, client = self.socket.recvfrom(512)
            question = asked[12:asked.index(b"\0", 12) + 5]
            answer = b"\xc0\x0c\0\x01\0\x01\0\0\0\x01\0\x04" + socket.inet_aton(self.address)
            self.socket.sendto(asked[:2] + b"\x81\x80\0\x01\0\x01\0\0\0\0" + question + answer, client)


def test_a_container_that_was_made_anew_is_found_at_its_new_address() -> None:
    if "nginx" in missing():
        pytest.skip("没有装 nginx；make services 会装")
    names, ports, nobody = Names(), Ports(), type("Nobody", (), {"port": free_port(), "actions_port": free_port()})()

    def there(address: str) -> ThreadingHTTPServer:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(address.encode())

            def log_message(self, *args: Any) -> None:
                return

        server = ThreadingHTTPServer((address, nobody.port), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server

    def made(folder: Path, port: int) -> str:
        text = configuration(nobody, ports)(folder, port).replace(f"set $rasa {LOCAL}:", "set $rasa rasa:")
        return str(text.replace("resolver 127.0.0.11 valid=5s", f"resolver {LOCAL}:{names.port} valid=1s"))

    with scratch() as folder, running(Nginx(folder, made)):
        old = there(LOCAL)
        assert fetch(ports.customers, "/webhooks/rest/")[:2] == (200, LOCAL)
        old.shutdown()
        old.server_close()
        new, names.address = there("127.0.0.2"), "127.0.0.2"
        servers.until(lambda: fetch(ports.customers, "/webhooks/rest/")[:2] == (200, "127.0.0.2"), 20)
        new.shutdown()
        new.server_close()


def run(script: str, database: PostgreSQL, name: str, *arguments: Path) -> subprocess.CompletedProcess[str]:
    environment = {**database.client_environment(), "PGDATABASE": name}
    binaries = {str(Path(str(servers.program(p))).resolve().parent) for p in ("pg_dump", "psql")}
    environment["PATH"] = os.pathsep.join([*binaries, environment["PATH"]])
    return subprocess.run([str(DEPLOY / script), *map(str, arguments)], env=environment, capture_output=True, text=True, check=False, timeout=120)


def test_backup_and_restore(house: Production, tmp_path: Path) -> None:
    assert len(house.rest.say("kept", "信用卡怎么挂失")) > 5
    assert len(house.rest.say("kept", "留言：请周一上午回电")) > 5
    house.database.create("empty")
    audit = tmp_path / "audit"
    done = run("backup.sh", house.database, "mascot", tmp_path / "backup", house.audit.parent)
    assert done.returncode == 0, done.stderr
    again = run("backup.sh", house.database, "mascot", tmp_path / "backup", house.audit.parent)
    assert again.returncode == 1 and "换一个名字" in again.stderr
    # Into the database that is in use: refused, and nothing is touched.
    before = house.database.sql("select count(*) from events")
    assert run("restore.sh", house.database, "mascot", tmp_path / "backup", audit).returncode == 1
    assert house.database.sql("select count(*) from events") == before
    done = run("restore.sh", house.database, "empty", tmp_path / "backup", audit)
    assert done.returncode == 0, done.stderr
    kept = "select md5(string_agg(data, '' order by id)) from events where sender_id = 'kept'"
    assert house.database.sql(kept, "empty") == house.database.sql(kept) != [""]
    lines = "select count(*) from ticket_lines"
    assert house.database.sql(lines, "empty") == house.database.sql(lines) != ["0"]
    # The restored database takes new rows: its sequences went along.
    house.database.sql("insert into events (sender_id, type_name) values ('new', 'user')", "empty")
    assert verify(audit / "audit.jsonl") == []
    AuditLog(audit / "audit.jsonl").append({"kind": "restored"})
    assert verify(audit / "audit.jsonl") == []
    assert run("restore.sh", house.database, "empty", tmp_path / "backup", tmp_path / "other").returncode == 1


def test_a_damaged_backup_is_not_restored(house: Production, tmp_path: Path) -> None:
    assert run("backup.sh", house.database, "mascot", tmp_path / "backup", house.audit.parent).returncode == 0
    with open(tmp_path / "backup" / "database.dump", "r+b") as dump:
        dump.seek(2000)
        dump.write(b"damage")
    house.database.create("untouched")
    done = run("restore.sh", house.database, "untouched", tmp_path / "backup", tmp_path / "audit")
    assert done.returncode == 1 and "校验和" in done.stderr
    assert house.database.sql("select count(*) from information_schema.tables where table_schema = 'public'", "untouched") == ["0"]
