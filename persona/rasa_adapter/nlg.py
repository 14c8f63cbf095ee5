"""How a thing is said: variation, figures, the mascot's voice.

Named in endpoints.yml (`nlg.type`). Chooses among the domain's responses itself, because Rasa's own choice is
unseeded, cannot see who is speaking, and fills text with `str.format` (which prints slots and trips over braces).
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from persona.approval import Approval
from persona.bearings import GRAVE
from persona.branches import Place
from persona.choosing import IN_CHARACTER, choices, freshest
from persona.compliance import disclosure_text
from persona.emergency import STEADY, later, steady
from persona.errors import RenderError
from persona.feasts import told as day_told
from persona.feasts import when as feast_when
from persona.labels import Labels
from persona.live import Live, Replacement
from persona.nlu.text import simplify
from persona.rasa_adapter import buttons, door, editor, elsewhere, moment, slowly, topics
from persona.rasa_adapter.house import house
from persona.rasa_adapter.read_out import WHOLE, read_out
from persona.rasa_adapter.said import ALARMED, OUTSIDE, SLOWLY, SWITCHED, given, has_entity, last_response, response_of
from persona.textual import named
from persona.upset import upset

logger = logging.getLogger(__name__)

RECENT = 3  # messages in which an answer was given just before
UNKNOWN = "utter_bank_other"
AGAIN = "刚才说过，再放一遍："
SOCIAL = ("utter_thank", "utter_goodbye", "utter_affirm", "utter_deny")
# An answer that none could be given needs no phrase in front or behind.
MISSES_SAID = (elsewhere.BEFORE, elsewhere.THEIRS, elsewhere.IN_CHINESE, elsewhere.OTHERS, elsewhere.SORRY, moment.DETAIL, "utter_clarify", "utter_blank", "utter_command", "utter_offer_human", "utter_not_what_i_meant", "utter_default")
# What was just entered or taken back is confirmed as it is; 「小禾翻到这页：已退出」 helps nobody.
CONFIRMS = ("utter_giveaway_", "utter_callback_", "utter_choose_option")
ASKED = "utter_quiz_question"  # its second line is the same under every message of the class
WITHDRAWN = "utter_withdrawn"
FROZEN = "utter_product_frozen"
ON_SHEETS = frozenset({"utter_product_sheet", "utter_product_line", "utter_product_which"})


class StartError(RuntimeError):
    """The bot must not start like this."""


class MascotNLG(TemplatedNaturalLanguageGenerator):
    """Renders a response for the mascot who is speaking; the same conversation always gives the same words."""

    def __init__(self, endpoint_config: EndpointConfig | None = None, domain: Domain | None = None) -> None:
        super().__init__(domain.responses if domain else {})
        if not door.open_stores():
            raise StartError(
                "endpoints.yml：tracker_store.type 不是本项目的存储（拼错了，或被换掉了），出口把关不在，不启动。"
                "请写 persona.rasa_adapter.door.MascotSQLStore 或 persona.rasa_adapter.door.MascotInMemoryStore。"
            )
        self._house = house()
        self._labels = Labels.load()

    @property
    def responses(self) -> Any:
        """The domain's responses. Rasa sets them again when a model is loaded."""
        return self._responses

    @responses.setter
    def responses(self, responses: dict[str, list[dict[str, Any]]]) -> None:
        self._responses = responses
        topics.learn(responses)

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """The message for `utter_action`, rendered; None when the domain has no such response."""
        slots = tracker.current_slot_values()
        metadata = _metadata(tracker)
        mascot = self._house.mascot_for(slots, metadata)
        here = self._house.institution.place(slots, metadata)
        values = {
            "mascots": "、".join(one.name for one in self._house.mascots.values()), **slots, **{k: v for k, v in kwargs.items() if isinstance(v, (str, int, float))}, "place": here.kind,
        }
        if utter_action == editor.PUBLIC:
            utter_action, reviewed = editor.answer(tracker, self._house)
            values |= reviewed
        elder = bool(slots.get("elder")) or metadata.get("mode") == "elder"
        values["elder"] = elder
        if slots.get("minor") and not any(response_of(e).startswith(ALARMED) for e in tracker.events if isinstance(e, BotUttered)):
            values["lock"] = "none"  # a minor is locked from products, which is no emergency
        parsed = tracker.latest_message.parse_data if tracker.latest_message else {}
        values["others"] = buttons.named(buttons.asked_too(tracker, self._labels))
        values["other"] = elsewhere.names(elsewhere.asked_about(parsed))
        values |= day_told(self._house.institution.today()) | {"when": feast_when(simplify(moment.text_of(tracker)), self._house.institution.today())}
        live = self._house.live.current()
        name = moment.fitting(utter_action, tracker, slots, self.responses, self._house.institution.profile, self._labels)
        if name == STEADY and not slots.get("crisis"):
            name = later(steady(given(tracker).names), slots, given(tracker).names)
        name = self._in_force(name, live, slots)
        if name == SLOWLY:
            slow = self._next_step(tracker, mascot, live, elder, utter_action == SLOWLY, values, here)
            if slow:
                return slow
        # Where somebody is in trouble, thanks and a farewell carry nothing of the character either.
        lock = slots.get("lock")
        trouble = name in SOCIAL or str(slots.get("topic") or "").split(".")[0] in GRAVE
        grave = not slots.get("minor") and (lock == "hard" or (lock == "soft" and trouble))
        before = given(tracker)
        angry = upset(moment.text_of(tracker))
        quiet = grave or before.quiet or angry
        nobody = name == SWITCHED and not has_entity(tracker, "mascot")  # 「换佩奇来」: there is none of that name
        # After a lost card or a complaint nobody hears 「这题不在我的表上」.
        grieved = name in (OUTSIDE, elsewhere.THEIRS) and (quiet or lock in ("soft", "hard"))
        if name in SOCIAL:
            values["topic"] = str(slots.get("topic") or "").split(".")[0]  # 「谢谢」 answers the matter, whichever part of it
        speaker = "" if nobody or grieved or (quiet and name.startswith((IN_CHARACTER[0], *SOCIAL))) else mascot
        options, others = self._choices(name, {**values, "mascot": speaker})
        told = read_out(name, moment.ABOUT, name in before.names[-RECENT:], elder, tracker, lambda one: self._options(one, {**values, "mascot": speaker}))
        if told:
            name = self._in_force(told[0], live, slots)
            quiet = quiet or self._sober(str(slots.get("topic")))
            options, others = self._choices(name, {**values, "mascot": speaker})
            options = [told[1]] if told[1] and name == told[0] else options
        if not options and name.startswith("utter_") and "/" in name:
            name = UNKNOWN
            options, others = self._choices(name, {**values, "mascot": mascot})
        if not options:
            return None
        replacement = live.replaced.get(name)
        if replacement:
            options, others = [_replaced(options[0], replacement)], []
        if name == moment.ABOUT:
            values["about"] = self._labels.title(str(slots.get("topic"))) or ""
        said, turn = before.texts(8), before.turns
        seed = tracker.sender_id
        rotation = int(hashlib.sha256(f"{seed}:{turn}:{name}".encode()).hexdigest(), 16) % len(options)
        asked = moment.text_of(tracker)
        ordered = freshest([*options[rotation:], *options[:rotation], *others], before.letters, asked)
        message: dict[str, Any] = {}
        response: dict[str, Any] = {}
        for response in ordered:
            message = self._rendered(response, name, mascot, elder, quiet, seed, turn, said, values, here)
            if told or not said or not _said_again(message["text"], said[-1], name == last_response(tracker) and name != ASKED):
                break
        else:
            if not values.get("asked_again"):  # a lesson that is told again says so itself
                if not name.startswith(("utter_calc_ask", *MISSES_SAID)):
                    message["text"] = AGAIN + "\n" + message["text"]
                buttons.add(message, {"title": "转人工", "payload": "/handoff"})
        if slots.get("lock") != "hard" or message["metadata"].get("tone") == "urgent":
            voice = "" if quiet or message["metadata"].get("sober") or lock == "soft" else mascot
            for line in elsewhere.lines(name, str(message["metadata"].get("tone")), parsed, bool(values["others"]), angry):
                choice = self._options(line, {**values, "mascot": voice})
                first = self._rendered(choice[rotation % len(choice)], line, mascot, elder, True, seed, turn, said, values, here)["text"]
                pieces = [first, message["text"]] if name.startswith(elsewhere.ANSWERS) and line != elsewhere.OTHERS else [message["text"], first]  # steps and care come first
                message["text"] = "\n".join(pieces)
        buttons.complete(message, name, tracker, slots, self._labels, self._house.institution)
        if slots.get("lock") != "hard" and message["metadata"].get("tone") != "urgent":
            message["text"] = "\n".join([*self._notices(name, message["metadata"], said, live), message["text"]])
        origin = self._house.provenance
        origin.learn(
            message["text"], name,
            (lambda: origin.of_replacement(replacement)) if replacement else lambda: origin.of_response(response.get(WHOLE, response), values),
        )
        return message

    def _in_force(self, name: str, live: Live, slots: Mapping[str, Any]) -> str:
        """The response that stands in for one that was taken back, or whose replacement nobody approved."""
        if live.frozen and name in ON_SHEETS:
            return FROZEN
        replacement = live.replaced.get(name)
        if replacement:
            taken = bool(replacement.wrong(self._house.institution.today(), self._two_names(name)))
        else:
            taken = live.takes_back(name)
        if not taken:
            return name
        urgent = any((r.get("metadata") or {}).get("tone") == "urgent" for r in self.responses.get(name, []))
        return STEADY if urgent or slots.get("lock") == "hard" else WITHDRAWN

    def _sober(self, topic: str) -> bool:
        """Whether a topic is answered without play: what is read out of it is, too."""
        return any((r.get("metadata") or {}).get("sober") for r in self.responses.get(f"utter_{topic}", []))

    def _two_names(self, name: str) -> bool:
        categories = {str((r.get("metadata") or {}).get("category")) for r in self.responses.get(name, [])}
        return bool(categories & set(self._house.institution.four_eyes))

    def _notices(self, name: str, meta: Mapping[str, Any], said: Sequence[str], live: Live) -> list[str]:
        """The lines to put in front: each once in the session's last answers."""
        today = self._house.institution.today()
        fitting = [n.text for n in live.notices if n.fits(name, str(meta.get("category")), today)]
        return [line for line in fitting if not any(line in text for text in said)]

    def _next_step(self, tracker: DialogueStateTracker, mascot: str, live: Live, elder: bool, again: bool, values: Mapping[str, Any], here: Place) -> dict[str, Any] | None:
        """The last answer again, one step a message; None when there is none to take apart."""
        events = [e for e in tracker.events if e.type_name == BotUttered.type_name and e.text and response_of(e) not in moment.ASKED_BACK]
        answers = [response_of(e) for e in events if response_of(e) not in slowly.BESIDE]
        if not answers or live.takes_back(answers[-1]) or answers[-1].startswith((*IN_CHARACTER, *SOCIAL, "utter_greet")):
            return None  # a joke or a courtesy has no steps
        found = slowly.next_step(events, lambda e: self._whole(e, mascot, values, here), elder=elder, again=again, hotline=self._house.institution.hotline, asked=moment.text_of(tracker))
        if found is None:
            return None
        answer, text = found
        meta = {**slowly.stored(answer), "tone": "warm", "sober": True, "mascot": mascot}
        meta = {k: v for k, v in meta.items() if k != "ai_notice"} | {"response": SLOWLY}
        approval = Approval.of(meta.get("approval"))  # of an answer that has passed the door
        self._house.provenance.learn(text, response_of(answer), lambda: {"approval": approval.record() if approval else None})
        return {"text": text, "metadata": meta}

    def _whole(self, event: BotUttered, mascot: str, values: Mapping[str, Any], here: Place) -> tuple[str, list[str]]:
        """The full text of an answer and its disclosures; of one that was begun in large print the variation is rendered anew."""
        name, said = response_of(event), str(event.text)
        disclosures = [disclosure_text(i) for i in slowly.stored(event).get("disclosures") or ()]
        for option in self._options(name, {**values, "mascot": mascot}) if name.startswith(slowly.ANSWERS) else ():
            full = self._rendered(option, name, mascot, True, True, "", 0, (), values, here, whole=True)["text"]
            begun = slowly.begun(full, name, "warm", disclosures, self._house.institution.hotline)
            if begun != full and begun.split("\n")[0] in said:
                return full, disclosures
        return said, disclosures

    def _choices(self, name: str, values: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """See :func:`persona.choosing.choices`."""
        return choices(self.responses.get(name, []), values, self._house.institution.today())

    def _options(self, name: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        return self._choices(name, values)[0]

    def _rendered(
        self, response: Mapping[str, Any], name: str, mascot: str, elder: bool, quiet: bool, seed: str, turn: int,
        said: Sequence[str], values: Mapping[str, Any], here: Place, *, whole: bool = False,
    ) -> dict[str, Any]:
        meta = {**(response.get("metadata") or {}), "mascot": mascot, "response": name}
        tone = str(meta.get("tone") or "warm")
        fill = {k: str(v) for k, v in values.items() if v is not None}
        title = f"《{meta['title']}》\n" if "episode" in meta else ""
        own = any(c.get("name") == "mascot" for c in response.get("condition") or [])  # in character already
        voice = self._house.voice
        try:
            text = voice.render(
                title + str(response.get("text") or ""), mascot=mascot, tone=tone, sober=bool(meta.get("sober")) or quiet, elder=elder,
                seed=seed, turn=turn, previous=said, values=fill, disclosures=tuple(meta.get("disclosures") or ()),
                today=self._house.institution.today(), voiced=not (own or name.startswith((*IN_CHARACTER, *MISSES_SAID, *CONFIRMS))),
                here=here,
            )
        except RenderError as problem:
            logger.error("%s cannot be said: %s", name, problem)
            text = voice.refusal(mascot, "expired", tone="plain", values={})
            meta |= {"tone": "plain", "refused": "expired"}
        if elder and not whole and "refused" not in meta:
            told = [disclosure_text(i) for i in meta.get("disclosures") or ()]
            text = slowly.begun(text, name, tone, told, self._house.institution.hotline)
        message: dict[str, Any] = {"text": text, "metadata": meta}
        for key in ("image", "custom", "attachment", "quick_replies", "elements"):
            if response.get(key):
                message[key] = response[key]
        if response.get("buttons"):
            names = self._house.institution.placeholders()
            message["buttons"] = [{**b, "title": named(str(b["title"]), names)} for b in response["buttons"]]
        return message

def _replaced(response: Mapping[str, Any], replacement: Replacement) -> dict[str, Any]:
    """A response with the text and the disclosures that live.yml gives it; buttons, tone and category stay."""
    meta = {k: v for k, v in (response.get("metadata") or {}).items() if k != "approval"}
    return {**response, "text": replacement.text, "metadata": {**meta, "disclosures": list(replacement.disclosures)}}


def _said_again(text: str, before: str, same: bool) -> bool:
    """Whether `text` is what was said last; of the same response the first words may be others (「一条条数：…」)."""
    lines = text.split("\n")
    return text in before or (same and len(lines) > 1 and lines[1] in before)


def _metadata(tracker: DialogueStateTracker) -> Mapping[str, Any]:
    return (tracker.latest_message.metadata or {}) if tracker.latest_message else {}
