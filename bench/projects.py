"""Scratch projects with the same content: stock Rasa as it recommends itself, and ours as it is configured."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "bench" / "out"
EXAMPLES = 20
EPOCHS = 100  # of stock, as Rasa recommends itself
LONGEST = 40  # characters; TensorFlow pads a batch to its longest sentence, so a few long ones would slow stock's training
FAQ = (
    "early_repay", "lost_card", "transfer_time", "deposit_rate", "branch_hours", "annual_fee", "card_bill", "points",
    "sms_alert", "transfer_limit", "card_cash", "password", "overdue", "quick_pay", "digital_rmb", "loan_cancel",
)
SCAM = ("fake_customer_service", "fake_police", "bank_phishing", "fake_investment")
PLAIN = ("greet", "goodbye", "thank", "handoff", "out_of_scope")
# What an action would fill in: here it is part of the answer.
FILLED = {"ticket": "F1123-0001", "ahead": "2", "due": "明天9:00", "longest": ""}
# One conversation: greeting, bank question, fraud, person, thanks. In stock the third and the fourth are custom
# actions; in ours the second is one, too.
MESSAGES = (
    ("你好", ("utter_greet",)),
    ("想提前还房贷，收不收违约金", ("utter_faq/early_repay",)),
    ("接到电话说是京东客服，让我下载会议软件关掉百万保障", ("utter_scam/fake_customer_service",)),
    ("转人工", ("utter_handoff_open", "utter_handoff_closed", "utter_handoff_queue")),
    ("谢谢你", ("utter_thank",)),
)
STOCK_PIPELINE: list[dict[str, Any]] = [
    {"name": "RegexFeaturizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    {"name": "DIETClassifier", "epochs": EPOCHS, "constrain_similarities": True},
    {"name": "EntitySynonymMapper"},
    {"name": "ResponseSelector", "epochs": EPOCHS, "constrain_similarities": True, "retrieval_intent": "faq"},
    {"name": "ResponseSelector", "epochs": EPOCHS, "constrain_similarities": True, "retrieval_intent": "scam"},
    {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
]
# The least a bot of the same content needs: a linear classifier, the rules, plain answers; no custom action, nothing of
# TensorFlow. Rasa has no retrieval intents without it, so every topic is an intent of its own.
FLOOR_PIPELINE: list[dict[str, Any]] = [
    {"name": "SpacyNLP", "model": "zh"}, {"name": "SpacyTokenizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    {"name": "LogisticRegressionClassifier"},
    {"name": "FallbackClassifier", "threshold": 0.1, "ambiguity_threshold": 0.0},
]
STOCK_POLICIES: list[dict[str, Any]] = [
    {"name": "MemoizationPolicy"},
    {"name": "RulePolicy"},
    {"name": "UnexpecTEDIntentPolicy", "max_history": 5, "epochs": EPOCHS},
    {"name": "TEDPolicy", "max_history": 5, "epochs": EPOCHS, "constrain_similarities": True},
]


class BenchError(RuntimeError):
    """It cannot be measured; the message says why."""


def load(path: Path) -> Any:
    with open(path, encoding="utf-8") as file:
        return yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)) or {}


def dump(path: Path, data: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=4096), encoding="utf-8")


def _spread(sentences: list[str]) -> list[str]:
    """`EXAMPLES` sentences from all over the list, always the same ones."""
    return [sentences[i * len(sentences) // EXAMPLES] for i in range(EXAMPLES)]


class Content:
    """The subset of data/ that both projects get, and the responses of ours that belong to it."""

    def __init__(self) -> None:
        wanted = [*(f"faq/{t}" for t in FAQ), *(f"scam/{t}" for t in SCAM), *PLAIN]
        sentences: dict[str, list[str]] = {intent: [] for intent in wanted}
        self.responses: dict[str, list[dict[str, Any]]] = {}
        for file in sorted((ROOT / "data" / "nlu").rglob("*.yml")):
            document = load(file)
            for block in document.get("nlu") or []:
                rows = str(block.get("examples", "")).splitlines()
                found = [row.strip()[1:].strip() for row in rows if row.strip().startswith("-")]
                if block.get("intent") in sentences:
                    sentences[block["intent"]] += [text for text in found if 0 < len(text) <= LONGEST]
            for name, variations in (document.get("responses") or {}).items():
                if "/" not in name or name.removeprefix("utter_") in sentences:
                    self.responses[name] = variations
        few = [intent for intent, found in sentences.items() if len(found) < EXAMPLES]
        mute = [m for _, names in MESSAGES for m in names if m not in self.responses]
        if few or mute:
            raise BenchError(f"data/ 里例句不足 {EXAMPLES} 条的意图：{few or '无'}；没有的回答：{mute or '无'}。")
        self.examples = {intent: _spread(found) for intent, found in sentences.items()}
        self.intents = list(dict.fromkeys(intent.split("/")[0] for intent in wanted))

    def nlu(self) -> dict[str, Any]:
        """The training sentences as a Rasa file: the same for both."""
        blocks = [{"intent": i, "examples": "".join(f"- {t}\n" for t in rows)} for i, rows in self.examples.items()]
        return {"version": "3.1", "nlu": blocks}


class Filled:
    """Answers with their placeholders filled, for a bot that has no voice layer."""

    def __init__(self) -> None:
        from persona.figures import load_figures
        from persona.institution import load_institution
        from persona.mascot import load_mascots
        from persona.voice import Voice

        self.bank = load_institution()
        self.voice = Voice(load_mascots(), self.bank, load_figures())

    def __call__(self, variation: dict[str, Any]) -> dict[str, Any]:
        """The response with text and buttons only, as stock Rasa can send it."""
        disclosures = tuple((variation.get("metadata") or {}).get("disclosures") or ())
        text = self.voice.render(
            str(variation.get("text") or ""), mascot=self.bank.mascot, tone="plain", disclosures=disclosures, voiced=False,
            values=FILLED,
        )
        plain: dict[str, Any] = {"text": text}
        if variation.get("buttons"):
            # JSON in a payload makes stock's interpolator log an error on every turn: left out, in its favour.
            plain["buttons"] = [
                {"title": b["title"], "payload": str(b["payload"]).split("{")[0]} for b in variation["buttons"]
            ]
        return plain


def has_jieba() -> bool:
    return importlib.util.find_spec("jieba") is not None


def _fresh(name: str) -> Path:
    folder = OUT / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _plain_answers(content: Content) -> dict[str, list[dict[str, Any]]]:
    """The answers of the subset, filled in beforehand, as a bot without voice layer sends them."""
    filled = Filled()
    needed = [f"utter_{i}" for i in content.examples if i != "handoff"]
    needed += [n for n in content.responses if n.startswith("utter_handoff_")]
    mascot = filled.bank.mascot
    responses: dict[str, list[dict[str, Any]]] = {}
    for name in needed:
        ours = [r for r in content.responses[name] if all(c.get("value") == mascot for c in r.get("condition") or [])]
        responses[name] = [filled(r) for r in ours or content.responses[name][-1:]]
    responses["utter_default"] = responses["utter_out_of_scope"]
    return responses


def _blank_spacy(folder: Path) -> None:
    import spacy

    spacy.blank("zh").to_disk(folder / "zh")


def build_floor(content: Content) -> Path:
    """The least that answers the same messages with the same words; written to bench/out/floor."""
    folder = _fresh("floor")
    _blank_spacy(folder)
    dump(folder / "config.yml", {
        "recipe": "default.v1", "assistant_id": "bench-floor", "language": "zh", "pipeline": FLOOR_PIPELINE,
        "policies": [{"name": "RulePolicy"}],
    })
    answers = _plain_answers(content)
    answers["utter_handoff"] = answers.pop("utter_handoff_open")
    del answers["utter_handoff_closed"], answers["utter_handoff_queue"]
    flat = {name: name.replace("/", "_") for name in content.examples}
    dump(folder / "domain.yml", {
        "version": "3.1", "intents": [*flat.values(), "nlu_fallback"],
        "responses": {name.replace("/", "_"): variations for name, variations in answers.items()},
        "session_config": load(ROOT / "domain.yml")["session_config"],
    })
    dump(folder / "data" / "nlu.yml", {"version": "3.1", "nlu": [
        {**block, "intent": flat[block["intent"]]} for block in content.nlu()["nlu"]
    ]})
    steps = {**{i: f"utter_{i}" for i in flat.values()}, "nlu_fallback": "utter_out_of_scope"}
    dump(folder / "data" / "rules.yml", {"version": "3.1", "rules": [
        {"rule": intent, "steps": [{"intent": intent}, {"action": action}]} for intent, action in steps.items()
    ]})
    dump(folder / "endpoints.yml", {})
    dump(folder / "credentials.yml", {"rest": None})
    return folder


def build_stock(content: Content, actions_port: int, epochs: int = EPOCHS) -> Path:
    """Rasa's recommended configuration with the subset; written to bench/out/stock."""
    folder = _fresh("stock")
    tokenizer: list[dict[str, Any]] = [{"name": "JiebaTokenizer"}]
    if not has_jieba():
        _blank_spacy(folder)
        tokenizer = [{"name": "SpacyNLP", "model": str(folder / "zh")}, {"name": "SpacyTokenizer"}]
    pipeline, policies = ([{**c, "epochs": epochs} if "epochs" in c else c for c in some] for some in (STOCK_PIPELINE, STOCK_POLICIES))
    dump(folder / "config.yml", {
        "recipe": "default.v1", "assistant_id": "bench-stock", "language": "zh",
        "pipeline": [*tokenizer, *pipeline], "policies": policies,
    })
    responses = _plain_answers(content)
    answer = {
        "faq": "utter_faq", "scam": "action_anti_fraud_tip", "handoff": "action_handoff",
        **{i: f"utter_{i}" for i in PLAIN if i != "handoff"}, "nlu_fallback": "utter_out_of_scope",
    }
    dump(folder / "domain.yml", {
        "version": "3.1", "intents": [*content.intents, "nlu_fallback"],
        "actions": ["utter_faq", "action_anti_fraud_tip", "action_handoff"], "responses": responses,
        "session_config": load(ROOT / "domain.yml")["session_config"],
    })
    dump(folder / "data" / "nlu.yml", content.nlu())
    dump(folder / "data" / "rules.yml", {"version": "3.1", "rules": [
        {"rule": intent, "steps": [{"intent": intent}, {"action": action}]} for intent, action in answer.items()
    ]})
    # Without stories TED and UnexpecTED would stay untrained.
    paths = (("greet", "faq", "thank"), ("greet", "scam", "handoff", "thank"), ("faq", "faq", "goodbye"),
             ("scam", "thank", "goodbye"), ("greet", "out_of_scope", "faq", "thank", "goodbye"))
    dump(folder / "data" / "stories.yml", {"version": "3.1", "stories": [
        {"story": " ".join(path), "steps": [step for i in path for step in ({"intent": i}, {"action": answer[i]})]}
        for path in paths
    ]})
    dump(folder / "endpoints.yml", {"action_endpoint": {"url": f"http://127.0.0.1:{actions_port}/webhook"}})
    dump(folder / "credentials.yml", {"rest": None})
    return folder


def _endpoints(folder: Path, actions_port: int) -> None:
    """endpoints.yml as shipped (SQLite) with a free port, and the same with our in-memory store."""
    shipped = load(ROOT / "endpoints.yml")
    shipped["action_endpoint"]["url"] = f"http://127.0.0.1:{actions_port}/webhook"
    dump(folder / "endpoints.sqlite.yml", shipped)
    dump(folder / "endpoints.yml", {**shipped, "tracker_store": {"type": "persona.rasa_adapter.door.MascotInMemoryStore"}})


def _credentials(folder: Path) -> None:
    """credentials.yml as shipped with nothing set, without the limit of messages a minute: one customer here says 300 in a few seconds."""
    shipped = load(ROOT / "credentials.yml")
    for channel in shipped.values():
        # written without its quotes a variable that is not set stops Rasa
        channel.update({key: "" for key, value in channel.items() if str(value).startswith("${")})
    shipped["persona.rasa_adapter.channel.MascotRest"]["per_minute"] = 0
    dump(folder / "credentials.yml", shipped)


def build_ours(content: Content, actions_port: int) -> Path:
    """This project's configuration with the subset and every answer that is no topic; bench/out/ours."""
    from persona.nlu import entities

    folder = _fresh("ours")
    config = load(ROOT / "config.yml")
    entities.build(folder / "build" / "spacy_zh")
    dump(folder / "config.yml", config)
    domain = load(ROOT / "domain.yml")
    kept = {*content.intents, "nlu_fallback"}
    domain["intents"] = [i for i in domain["intents"] if (next(iter(i)) if isinstance(i, dict) else i) in kept]
    dump(folder / "domain.yml", {**domain, "responses": content.responses})
    dump(folder / "data" / "nlu.yml", content.nlu())
    rules = [r for r in load(ROOT / "data" / "rules" / "rules.yml")["rules"]
             if all(step["intent"] in kept for step in r["steps"] if "intent" in step)]
    dump(folder / "data" / "rules.yml", {"version": "3.1", "rules": rules})
    _endpoints(folder, actions_port)
    _credentials(folder)
    return folder


def build_whole(actions_port: int) -> Path:
    """The project as it is, all content, in a folder of its own: bench/out/whole."""
    folder = _fresh("whole")
    for name in ("config.yml", "domain.yml"):
        shutil.copy(ROOT / name, folder)
    _credentials(folder)
    shutil.copytree(ROOT / "data", folder / "data")
    for name in ("persona", "actions"):
        (folder / name).symlink_to(ROOT / name)
    _endpoints(folder, actions_port)
    shutil.copy(folder / "endpoints.sqlite.yml", folder / "endpoints.yml")
    return folder
