"""Rules are files: read and checked. One broken rule stops the start and says where it is broken.

Every pattern is read (grammar.py), which is quick; it is compiled when a message first needs it.
"""

from __future__ import annotations

import gc
import re
from pathlib import Path
from typing import Any

import yaml

from persona.compliance import grammar, implied, lexicon
from persona.compliance.checks import CHECKS
from persona.compliance.contexts import TESTS
from persona.compliance.model import CATEGORIES, CHANNELS, DEPTHS, REASONS, SPEAKERS
from persona.compliance.rules import RuleError
from persona.textual import is_day, nearest, no_day, pattern_slip

_EVIDENCE = ("verbatim", "digest", "unverified")
_KEYS = {"id", "title", "law", "applies", "detect", "unless", "explain", "fix", "rewrite", "reason", "manual", "examples", "kind"}
_NEEDED = {"id", "title", "law", "detect", "explain", "fix", "reason", "examples"}
_DETECT = {"any", "with", "without", "except", "within", "check", "need", "when", "threshold", "clears"}
_APPLIES = {"categories", "depths", "channels", "speakers", "except_tones"}
_NO_GROUPS = ("depth.yml", "lessons.yml")
_DEFAULT_UNLESS = ["negated", "warned", "quoted", "law_title", "question"]



class Lines:
    """A YAML document and the line every value stands on."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.at: dict[tuple[Any, ...], int] = {}
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        self.data = self._build(node, ()) if node is not None else None

    def _build(self, node: Any, where: tuple[Any, ...]) -> Any:
        self.at[where] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            out: dict[str, Any] = {}
            for key, value in node.value:
                if key.value in out:
                    raise RuleError([f"{self.path.name}:{key.start_mark.line + 1} 键「{key.value}」写了两次"])
                out[key.value] = self._build(value, (*where, key.value))
            return out
        if isinstance(node, yaml.SequenceNode):
            return [self._build(item, (*where, i)) for i, item in enumerate(node.value)]
        if node.tag.endswith(":float") or node.tag.endswith(":int"):
            return float(node.value)
        if node.tag.endswith(":null"):
            return None
        if node.tag.endswith(":bool"):
            return node.value.lower() in ("true", "yes", "on")
        return node.value

    def where(self, *keys: Any) -> str:
        """File and line of a value."""
        while keys and keys not in self.at:
            keys = keys[:-1]
        return f"{self.path.name}:{self.at.get(keys, 1)}"


def law_text(law: dict[str, Any]) -> str:
    """How a law is named to a reader: an article number only when its text was seen."""
    name = str(law["name"])
    title = name if name.startswith(("《", "本行", "银", "中国")) else f"《{name}》"
    return title + (str(law.get("article") or "") if law.get("evidence") == "verbatim" else "")


class _Builder:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[str] = []
        self.patterns: list[str] = []
        self.needs: list[tuple[grammar.Branch, ...]] = []
        self.seen: dict[str, int] = {}
        self.groups: dict[str, str] = {}
        self.reader = grammar.Reader(self.groups)
        self.rules: list[dict[str, Any]] = []

    def read(self, path: Path) -> Lines | None:
        try:
            return Lines(path)
        except UnicodeDecodeError:
            self.problems.append(f"{path.name}:1 不是 UTF-8 编码")
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            self.problems.append(f"{path.name}:{mark.line + 1 if mark else 1} 不是合法的 YAML：{getattr(error, 'problem', error)}")
        except RuleError as error:
            self.problems += error.problems
        return None

    def pattern(self, source: Any, where: str) -> int:
        if isinstance(source, str) and source in self.seen:
            return self.seen[source]
        needs = self.checked(source, where)
        if needs is None:
            return 0
        self.seen[source] = len(self.patterns)
        self.patterns.append(source)
        self.needs.append(needs)
        return self.seen[source]

    def checked(self, source: Any, where: str) -> tuple[grammar.Branch, ...] | None:
        """What a pattern needs; None, and a problem noted, when it is none."""
        try:
            if not isinstance(source, str) or not source:
                raise TypeError
            return self.needed(source)
        except KeyError as error:
            self.problems.append(f"{where} 用了不存在的词组 <{error.args[0]}>；词组写在 lexicon/ 里")
        except (re.error, RecursionError, OverflowError) as error:
            self.problems.append(f"{where} 匹配式「{source}」写错了：{pattern_slip(error)}")
        except TypeError:
            self.problems.append(f"{where} 要写一个匹配式，写成了「{source}」")
        return None

    def needed(self, source: str) -> tuple[grammar.Branch, ...]:
        """What any match must contain. What the quick reader does not know is put to `re`, and then always runs."""
        try:
            part = self.reader.read(source)
            if part.least:
                return grammar.needs(part)
        except grammar.UnknownError:
            pass
        if re.compile(lexicon.expand(source, self.groups)).search(""):
            raise re.error("空字符串也会命中")
        return ((),)

    def lexicons(self) -> None:
        for path in sorted((self.root / "lexicon").glob("*.yml")):
            lines = self.read(path)
            if lines is None or path.name in _NO_GROUPS:
                continue
            for name, words in (lines.data or {}).items():
                if name in self.groups:
                    self.problems.append(f"{lines.where(name)} 词组 <{name}> 已经有了")
                try:
                    self.groups[name] = lexicon.expand(lexicon.join(words), self.groups)
                    self.proper(name)
                except KeyError as error:
                    self.problems.append(f"{lines.where(name)} 词组 <{error.args[0]}> 要写在前面")
                except (re.error, TypeError) as error:
                    self.problems.append(f"{lines.where(name)} 词组 <{name}> 写错了：{error}")

    def proper(self, name: str) -> None:
        try:
            self.reader.group(name)
        except grammar.UnknownError:
            re.compile(self.groups[name])

    def rule(self, path: Path) -> None:
        lines = self.read(path)
        if lines is None:
            return
        data, bad = lines.data, self.problems.append
        if not isinstance(data, dict):
            bad(f"{path.name}:1 规则要写成「键: 值」")
            return
        lacking = sorted(_NEEDED - set(data))
        for key in sorted(set(data) - _KEYS):
            near = nearest(str(key), lacking, 0.6)
            lacking = [name for name in lacking if name != near]
            bad(f"{lines.where(key)} 不认识的键「{key}」；{f'是不是「{near}」？' if near else '可用：' + '、'.join(sorted(_KEYS))}")
        for key in lacking:
            bad(f"{path.name}:1 少了「{key}」")
        if _NEEDED - set(data):
            return
        for key in ("title", "explain", "fix"):
            if not isinstance(data[key], str) or not data[key].strip():
                bad(f"{lines.where(key)} {key} 要写一句话")
        if data["id"] != path.stem:
            bad(f"{lines.where('id')} id 是「{data['id']}」，文件名是「{path.stem}」，两者要一样")
        law = data["law"] if isinstance(data["law"], dict) else {}
        for key in ("name", "effective_from", "evidence"):
            if not law.get(key):
                bad(f"{lines.where('law')} law 少了 {key}")
        if law.get("evidence") and law["evidence"] not in _EVIDENCE:
            bad(f"{lines.where('law', 'evidence')} evidence「{law['evidence']}」不认识；可用：{'、'.join(_EVIDENCE)}")
        if law.get("effective_from") and not is_day(str(law["effective_from"])):
            bad(f"{lines.where('law', 'effective_from')} effective_from {'；'.join(no_day(str(law['effective_from'])))}")
        if data["reason"] not in REASONS:
            bad(f"{lines.where('reason')} reason「{data['reason']}」不认识；可用：{'、'.join(REASONS)}")
        applies = data.get("applies") or {}
        allowed: dict[str, tuple[str, ...]] = {
            "categories": CATEGORIES, "depths": DEPTHS, "channels": CHANNELS, "speakers": SPEAKERS,
            "except_tones": ("playful", "warm", "plain", "urgent"),
        }
        for key, values in applies.items():
            if key not in _APPLIES:
                bad(f"{lines.where('applies', key)} applies 里不认识「{key}」")
                continue
            for i, value in enumerate(values):
                if value not in allowed[key]:
                    bad(f"{lines.where('applies', key, i)} 「{value}」不认识；可用：{'、'.join(allowed[key])}")
        unless = data.get("unless", _DEFAULT_UNLESS) or []
        for i, name in enumerate(unless):
            if name not in TESTS:
                bad(f"{lines.where('unless', i)} unless 里不认识「{name}」；可用：{'、'.join(TESTS)}")
        detect = data["detect"] if isinstance(data["detect"], dict) else {}
        for key in sorted(set(detect) - _DETECT):
            bad(f"{lines.where('detect', key)} detect 里不认识「{key}」；可用：{'、'.join(sorted(_DETECT))}")
        if not detect.get("any") and not detect.get("check"):
            bad(f"{lines.where('detect')} detect 要有 any（匹配式）或 check（判断名）")
        if detect.get("check") and detect["check"] not in CHECKS:
            bad(f"{lines.where('detect', 'check')} 没有叫「{detect['check']}」的判断；可用：{'、'.join(sorted(CHECKS))}")
        if detect.get("within", "sentence") not in ("sentence", "message"):
            bad(f"{lines.where('detect', 'within')} within 只能是 sentence 或 message")
        examples = data["examples"] if isinstance(data["examples"], dict) else {}
        for side in ("refuse", "allow"):
            if len(examples.get(side) or []) < 3:
                bad(f"{lines.where('examples', side)} examples.{side} 至少要三句")
        indices = {
            key: [self.pattern(p, lines.where("detect", key, i)) for i, p in enumerate(detect.get(key) or [])]
            for key in ("any", "with", "without", "except", "when")
        }
        kind = data.get("kind") or ("wording" if detect.get("any") else CHECKS.get(detect.get("check", ""), ("conversation",))[0])
        self.rules.append({
            "id": data["id"], "title": data["title"], "law": law_text(law) if law.get("name") else "",
            "explain": data["explain"], "fix": data["fix"], "reason": data["reason"], "kind": kind,
            "applies": applies, "unless": list(unless), "any": indices["any"], "with_": indices["with"],
            "without": indices["without"], "except_": indices["except"], "when": indices["when"],
            "within": detect.get("within", "sentence"), "check": detect.get("check"), "need": detect.get("need") or [],
            "rewrite": data.get("rewrite"), "manual": data.get("manual") or [], "threshold": detect.get("threshold"), "clears": detect.get("clears"),
        })

    def depth(self) -> dict[str, Any]:
        lines = self.read(self.root / "lexicon" / "depth.yml")
        out: dict[str, Any] = {}
        for name, part in ((lines.data if lines else None) or {}).items():
            out[name] = {
                key: [self.pattern(p, lines.where(name, key, i)) for i, p in enumerate(values)]  # type: ignore[union-attr]
                for key, values in part.items()
            }
        return out

    def lessons(self) -> dict[str, dict[str, str]]:
        """The ways of telling a lesson, written out: each kind of pattern of a section as one expression."""
        lines = self.read(self.root / "lexicon" / "lessons.yml")
        if lines is None:
            return {}
        data, bad = lines.data or {}, self.problems.append
        for name in sorted(set(data) - set(implied.SECTIONS)):
            bad(f"{lines.where(name)} 不认识「{name}」；可用：{'、'.join(implied.SECTIONS)}")
        out: dict[str, dict[str, str]] = {}
        for name, kinds in implied.SECTIONS.items():
            part = data.get(name)
            if not isinstance(part, dict):
                bad(f"{lines.where(name)} 少了「{name}」这一组")
                continue
            for key in sorted(set(part) - {"what", "is", "isnt", *kinds}):
                bad(f"{lines.where(name, key)} 「{name}」里不认识「{key}」；可用：what、{'、'.join(kinds)}、is、isnt")
            missing = [key for key in ("what", *kinds, "is", "isnt") if not part.get(key)]
            if missing:
                bad(f"{lines.where(name)} 「{name}」少了 {'、'.join(missing)}")
                continue
            sources = {
                kind: [source for i, source in enumerate(part[kind]) if self.checked(source, lines.where(name, kind, i)) is not None] for kind in kinds
            }
            out[name] = {kind: implied.led(lexicon.expand("|".join(some), self.groups)) for kind, some in sources.items() if some}
        return out

    def disclosures(self) -> dict[str, Any]:
        lines = self.read(self.root / "disclosures.yml")
        out: dict[str, Any] = {}
        for name, part in ((lines.data if lines else None) or {}).items():
            missing = {"text", "category", "law", "accept"} - set(part)
            if missing:
                self.problems.append(f"{lines.where(name)} 披露 {name} 少了 {'、'.join(sorted(missing))}")  # type: ignore[union-attr]
                continue
            out[name] = {**part, "accept": [self.pattern(p, lines.where(name, "accept", i)) for i, p in enumerate(part["accept"])]}  # type: ignore[union-attr]
        return out

    def build(self) -> dict[str, Any]:
        self.lexicons()
        depth, disclosures, lessons = self.depth(), self.disclosures(), self.lessons()
        for path in sorted((self.root / "rules").glob("*.yml")):
            self.rule(path)
        for rule in self.rules:
            for name in rule["need"]:
                if name not in disclosures:
                    self.problems.append(f"{rule['id']}.yml:1 need 里的 {name} 不在 disclosures.yml 里")
        if not self.rules and not self.problems:
            self.problems.append(f"{self.root / 'rules'}:1 一条规则也没有")
        if self.problems:
            raise RuleError(self.problems)
        return {
            "rules": self.rules, "patterns": self.patterns, "slots": lexicon.slots(self.needs, {i for i, source in enumerate(self.patterns) if self.reader.reaches(source)}), "groups": self.groups,
            "depth": depth, "disclosures": disclosures, "lessons": lessons,
        }


def read(root: Path) -> dict[str, Any]:
    """The rule set in `root`. RuleError when anything in it is wrong."""
    collects = gc.isenabled()
    gc.disable()  # nearly all that is made here stays: looking through it again and again takes long
    try:
        return _Builder(root).build()
    finally:
        if collects:
            gc.enable()
