"""The handbook shows what really happens: its commands are run, its table is the code's."""

import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from persona.content.codes import markdown
from persona.nlu.archive import ModelMissingError, load_understanding
from tests.editor.conftest import DUE

ROOT = Path(__file__).resolve().parents[3]
HANDBOOK = ROOT / "docs" / "编辑手册.md"
pytestmark = pytest.mark.skipif(not HANDBOOK.is_file(), reason="the library is tested without its handbook")
# What section 6 says was broken in the file of section 1.
BROKEN = (
    ("    - 保管箱 租金", "    保管箱 租金"), ("租金多少", "租金{box_fee}"), ("先拨{hotline}", "先拨95XXX0"),
    ("title: 网点几点开门", "title: 网点星期几开门几点关门"), ("/faq/branch_hours", "/faq/branch_hour"), ('      expires: "2027-11-23"\n', ""),
)


@pytest.fixture(scope="module")
def handbook():
    return HANDBOOK.read_text(encoding="utf-8")


def shown(handbook):
    """Command -> the output the handbook prints under it."""
    found = []
    for match in re.finditer(r"^    \$ \.venv/bin/mascot (.+)\n((?:    .*\n)*)", handbook, re.M):
        found.append((match.group(1).split(), [line[4:] for line in match.group(2).split("\n") if line]))
    return found


def mascot(folder, *args, **more):
    env = {**os.environ, "PYTHONPATH": str(ROOT), **more}
    return subprocess.run([sys.executable, "-m", "persona.cli", *args], cwd=folder, env=env, capture_output=True, text=True, check=False)


def topic(handbook):
    return re.search(r"```yaml\n(.*?\nnlu:\n- intent: faq/safe_box.*?)```", handbook, re.S).group(1)


def test_the_first_topic_needs_nothing_but_more_examples(handbook, project):
    (project / "data/nlu/faq/safe_box.yml").write_text(topic(handbook), encoding="utf-8")
    found = mascot(project, "lint").stdout
    assert [code for code in re.findall(r"\[(\w+)\]", found) if code not in DUE] == ["P647"], found


def test_what_lint_says_of_the_broken_file_is_what_is_printed(handbook, project):
    text = topic(handbook)
    for old, new in BROKEN:
        assert old in text
        text = text.replace(old, new)
    (project / "data/nlu/faq/safe_box.yml").write_text(text, encoding="utf-8")
    ((command, lines),) = [one for one in shown(handbook) if one[0][0] == "lint"]
    run = mascot(project, *command)
    assert run.returncode == 1
    assert run.stdout.splitlines() == lines


def sheets(handbook):
    """The two sheets of the handbook, in their order."""
    return re.findall(r"```csv\n(.*?)```", handbook, re.S)


def test_what_a_sheet_changes_is_what_is_printed(handbook, project):
    (project / "data/nlu/faq/safe_box.yml").write_text(topic(handbook), encoding="utf-8")
    labels = project / "persona/labels.yml"
    labels.write_text(labels.read_text("utf-8").replace("  faq:\n", "  faq:\n    safe_box: 保管箱\n", 1), encoding="utf-8")
    good, bad = sheets(handbook)
    (project / "问答.csv").write_text(good, encoding="utf-8")
    (project / "错的.csv").write_text(bad, encoding="gb18030")
    (dry, lines), (wrong, told) = [one for one in shown(handbook) if one[0][0] == "import"]
    cut = lines.index("…")
    run = mascot(project, *dry)
    assert run.returncode == 0, run.stdout
    assert run.stdout.splitlines()[:cut] == lines[:cut] and run.stdout.splitlines()[cut + 1 - len(lines):] == lines[cut + 1:]
    run = mascot(project, *wrong)
    assert (run.returncode, run.stdout.splitlines()) == (1, told)
    assert (project / "data/nlu/faq/safe_box.yml").read_text("utf-8") == topic(handbook)
    ((command, lines),) = [one for one in shown(handbook) if one[0][0] == "export"]
    rows = re.compile(r"\d+ 行")  # every new answer is a row more
    assert rows.sub("", mascot(project, *command).stdout).splitlines() == rows.sub("", "\n".join(lines)).splitlines()


def test_what_init_says_is_what_is_printed(handbook, tmp_path):
    match = re.search(r"^    \$ mascot (init .+)\n((?:    .*\n)*)", handbook, re.M)
    run = mascot(tmp_path, *match.group(1).split())
    assert (run.returncode, run.stdout.splitlines()) == (0, [line[4:] for line in match.group(2).splitlines()])


def test_what_preview_draws_is_what_is_printed(handbook):
    ((command, lines),) = [one for one in shown(handbook) if one[0][0] == "preview"]
    assert lines.pop() == "…"
    assert mascot(ROOT, *command, COLUMNS="100").stdout.splitlines()[:len(lines)] == lines


def test_what_review_says_is_what_is_printed(handbook):
    reviews = [one for one in shown(handbook) if one[0][0] == "review"]
    assert reviews
    for command, lines in reviews:
        run = mascot(ROOT, *command)
        # the fingerprint changes with every rule, the date every day
        stamp = re.compile(r"规则集 \w+，[\d-]+")
        assert stamp.sub("", run.stdout).splitlines() == stamp.sub("", "\n".join(lines)).splitlines()


def test_what_parse_says_is_what_is_printed(handbook):
    parses = [one for one in shown(handbook) if one[0][0] == "parse"]
    assert parses
    try:
        understand = load_understanding(ROOT / "models")
    except ModelMissingError:
        pytest.skip("no trained model")
    for command, lines in parses:
        # probabilities move with every training; what was understood must not
        assert understand(command[1]).as_dict()["intent"] == lines[0].split()[0], command


def test_what_report_says_of_an_empty_project_is_what_is_printed(handbook, project):
    ((command, lines),) = [one for one in shown(handbook) if one[0][0] == "report"]
    run = mascot(project, *command, MASCOT_DB=f"sqlite:///{project}/none.db", MASCOT_AUDIT=str(project / "none.jsonl"))
    assert lines.pop() == "…" and lines[0].split("：")[0] == "福禾银行 早会"
    said = [line for line in run.stdout.splitlines() if line]
    assert said[1:len(lines)] == lines[1:], run.stderr
    assert not list(project.glob("none*"))


def test_the_desk_opens_where_it_says(handbook, project):
    ((command, lines),) = [one for one in shown(handbook) if one[0][0] == "desk"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = ["0" if word == "7800" else word for word in command]
    desk = subprocess.Popen([sys.executable, "-m", "persona.cli", *command], cwd=project, env=env, stdout=subprocess.PIPE, text=True)
    try:
        said = [desk.stdout.readline().rstrip("\n") for _ in lines]
        assert [re.sub(r":\d+/\?token=[\w-]{32}$", "", line) for line in said] == [re.sub(r":7800/\?token=[\w-]{32}$", "", line) for line in lines]
        with urllib.request.urlopen(said[0].removeprefix("打开 "), timeout=20) as page:
            assert "编辑工作台" in page.read().decode()
    finally:
        desk.terminate()
        desk.wait(20)


def test_its_links_lead_somewhere_and_the_rules_it_names_exist(handbook):
    headings = {re.sub(r"[^\w-]", "", title.lower().replace(" ", "-")) for title in re.findall(r"^#+ (.+)$", handbook, re.M)}
    assert set(re.findall(r"\]\(#([^)]+)\)", handbook)) <= headings
    law = re.search(r"^## 法规要什么.*?(?=^## )", handbook, re.M | re.S).group()
    named = set(re.findall(r"\b[A-Z]{2}-\d{2}[a-z]?\b", law))
    assert len(named) > 20 and named <= {file.stem for file in (ROOT / "persona/compliance/rules").glob("*.yml")}


def test_the_table_of_codes_is_the_codes(handbook):
    printed = re.search(r"<!-- mascot lint --codes -->\n(.*?)<!-- -->", handbook, re.S).group(1)
    assert printed == markdown()
