"""What a message means where it stands in a live conversation: after the topic, the buttons and the answers before it.

The parser reads words; here a few of them are read after what was said (`persona.bearings`, `nlu.replies`, `nlu.aspects`,
`nlu.context`), an open calculator or a message for staff gets what belongs to it, and small talk goes on.
"""

from __future__ import annotations

import re
from dataclasses import replace

from rasa.shared.core.trackers import DialogueStateTracker

from persona import bearings, reckoned, underway
from persona.compliance.secrets import mask
from persona.continuing import replied
from persona.emergency import gone, left_from, told_code
from persona.labels import Labels, full_label
from persona.leisure import continued
from persona.minors import minor_in
from persona.nlu.aspects import ASPECT, TERMS, Aspects
from persona.nlu.context import FINAL, UNSURE, Context, Reader
from persona.nlu.correcting import correction
from persona.nlu.entities import of_message
from persona.nlu.homonyms import Homonyms
from persona.nlu.leads import behind, goes_back
from persona.nlu.names import SHEET, UNLISTED
from persona.nlu.parser import CALCULATES, FALLBACK, SEVERAL, Parse, Parser, asked_beside, public
from persona.nlu.parser import SURE as SURE_BESIDE
from persona.nlu.product_talk import ProductTalk, kind_of, of_kind, what_it_is
from persona.nlu.replies import Replies
from persona.place import UNCLEAR, Place
from persona.rasa_adapter.options import OF_STEPS, parse_payload
from persona.rasa_adapter.said import ALARMED, OUTSIDE, given, in_steps, last_response
from persona.smalltalk import ALARMS, WEAK, at_ease, follows, out_of_place, told_beside
from persona.state import HARD
from persona.tickets.model import NUMBER
from persona.tickets.wording import drops_message, message_in, number_in

SHORT = 14  # characters of an answer to the question where the money left from
NAMED = 6  # characters of an answer that names it and nothing else
LATELY = 4  # responses in which a game is still at hand
CALCULATION = 60  # characters of an answer to a calculator's question
SURE = 0.8  # a question as clear as this is answered although a calculator is open
LEAVES_MESSAGE = "handoff.message"
STOP = "stop_marketing"
INVITED = "utter_message_invited"  # said last: the next message is the one that is left
ADDING = frozenset({"utter_message_left", "utter_message_added"})  # 「想起什么接着写，都会记进去」
SHEETS = ("utter_product_sheet", "utter_product_line", "utter_product_other")  # said last: an approved sheet is being read
# Said last: a ticket is open, and what it is for can be taken back.
REGISTERED = ADDING | {INVITED, "utter_handoff_open", "utter_handoff_queue", "utter_handoff_waiting", "utter_handoff_registered"}
CONSENT = "utter_callback_consent"  # said last: a yes is the consent that was asked for
_AGREES = re.compile(r"(?:我)?同意")
BRIEFLY = 24  # characters of a consent that is taken back
_TAKES_BACK = re.compile(r"(?:收回|撤回|撤销|取消|反悔|作废).{0,8}(?:同意|授权|登记|回电|电话)|(?:同意|登记|回电|电话).{0,6}(?:收回|撤|取消|不要|不用|算了|作废|不算)|反悔|(?:不用|不要|别)(?:再)?(?:打|回电|联系)")
STEERS = frozenset({"not_what_i_meant", "say_again"})
NODS = frozenset({"affirm", "deny", "greet", "not_what_i_meant"})  # what 「哦」, 「不是」 and 「喂我想问一下那个」 are by themselves
UNHEARD = STEERS | {"deny", "choose_option", "out_of_scope", "bank_other"}  # what a correction is taken for by its first words
PRODUCT_TALK = ("ask_product", "ask_promise", "ask_recommendation", "faq/wealth", "faq/fund", "faq/deposit", "faq/insurance", "faq/risk_assessment")
# What a few words may ask under a hard lock, beside the steps of the emergency itself.
UNDER_LOCK = frozenset({"deny", "faq/lost_card", "faq/credit_report", "scam_quiz", "verify_official"})
INTERRUPTS = frozenset({"crisis", "scam_now", "been_scammed", "handoff", "complain", "stop_marketing"})
# Heard like this, a message is not about the product that was talked about, or says something more urgent of it.
NOT_OF_PRODUCT = (*INTERRUPTS, "scam/", "missold", "check_", "verify_official", "share_secret", "unsafe_request", "privacy_request", "compare_products")
# Of a product that was named: which of two is better, and what it is.
_OF_TWO = re.compile(r"哪(?:个|款|只|种)(?!页|地方|栏|菜单|平台|app)|更(?:好|划算|稳|高|安全)|(?:跟|和|与|同).{0,12}(?:比|区别|差别|不同)")
_WHAT_OF_IT = re.compile(r"(?:怎么样|咋样|如何|好不好|好吗|是什么|是啥|介绍(?:一下|下)?|(?<!利息)(?<!手续费)呢)[？?吧呀啊。]*$")
_TURNS_TO = re.compile(r"(?:^|[，,。\s])(?:那|还有|再说)(?:我)?(?:的)?([^，,。\s那]{2,8}?)(?:的?(?:事|问题)|那事|这事)情?(?:呢|怎么办|咋办|怎么弄|咋弄|怎么说)[？?]*$")
_MISLED = re.compile(r"忽悠|骗|误导|变成|当初|没(?:说|讲|告诉)|不知道|说(?:是|好|当)|当存款|坑")  # 「买了理财等钱用」 complains of nothing
_EXAMINED = re.compile(r"^(?!.*(?:骗|诈)).*(?:题|考|问答)")
_ANOTHER = re.compile(r"^(?:另外|还有|再问|再一个|顺便|对了|换个(?:问题|事)|还想问|那再问)")
_WHY = re.compile(r"急|等着|赶(?:着|时间|不)|怕|来不及|没空|走不开|请假|忙")  # why it is asked, which is no matter of its own
_HELPLESS = re.compile(r"(?:那|该|要|我)*(?:怎么|咋|如何)(?:办|弄|整|搞)(?:啊|呀|呢)?$")  # 「…怎么办」 asks about the words before it
_QUESTION = re.compile(r"怎么|怎样|如何|多少|[吗么呢?？]|什么|哪|能不能")


class Hearing:
    """Reads a parse in its place. Changes nothing in the tracker."""

    def __init__(self, parser: Parser, labels: Labels) -> None:
        self._parser = parser
        self._reader = Reader(parser)
        self._labels = labels
        self._replies = Replies.load()
        self._aspects = Aspects.load()
        self._homonyms = Homonyms.load()
        self._products = ProductTalk.load()

    def read(self, parse: Parse, tracker: DialogueStateTracker | None) -> Parse:
        """What a message means in its place. 「哦 那剩下的呢」, 「不是，我问的是年费」: when nothing but the first words was heard, those
        behind them count."""
        earlier = self._earlier(parse, tracker)
        read = earlier or self._read(parse, tracker)
        unheard = (read.fallback or read.intent in NODS) and parse.reason not in FINAL
        rest = behind(parse.text) if unheard and (tracker is None or tracker.get_slot("lock") != "hard") else ""
        again = self._read(self._parser.parse(rest, parse.entities), tracker) if rest else read
        return read if again.fallback or again.intent in NODS else replace(again, text=parse.text)

    def _earlier(self, parse: Parse, tracker: DialogueStateTracker | None) -> Parse | None:
        """「前面那个问题」: after small talk the last question to the bank, else the one on another matter before it."""
        if tracker is None or tracker.get_slot("lock") == "hard" or parse.reason in FINAL or not goes_back(parse.text):
            return None
        told = given(tracker)
        topics = [full_label(e.parse_data) for e in told.asked if (e.intent or {}).get("name") == "faq"]
        latest = topics[-1] if topics else ""
        here = last_response(tracker).startswith("utter_faq/")
        label = next((x for x in reversed(topics) if public(x) != public(latest)), latest) if here else latest
        return self._as(parse, label) if label else None

    def _read(self, parse: Parse, tracker: DialogueStateTracker | None) -> Parse:
        """A follow-up that says too little by itself (「那手续费呢」) is read together with the topic before it."""
        parse = self._put_right(parse, tracker)
        locked = _in_emergency(tracker)
        told = locked and parse.intent not in INTERRUPTS and any(e["entity"] == "lost_via" for e in parse.entities)
        place = self._place(tracker, locked)
        via = left_from(parse.text) if locked and len(parse.text) <= SHORT and parse.intent not in INTERRUPTS - {"been_scammed"} and (_asked_from_where(tracker) or (place.gone and len(parse.text) <= NAMED and tracker is not None and not tracker.get_slot("lost_via"))) else ""
        via = via or ("credentials" if told_code(parse.text, place.last) else "")
        if via and not _QUESTION.search(parse.text):
            others = [e for e in parse.entities if e["entity"] != "lost_via"]
            return replace(parse, intent="been_scammed", confidence=1.0, fallback=False, also=(), entities=[*others, of_message("lost_via", via, parse.text)], reason="context")
        if told and (parse.fallback or ((place.gone or _asked_from_where(tracker)) and not _QUESTION.search(parse.text))):
            # 「是福禾银行转的」, 「用的建行手机银行」: an answer to the emergency's question, in other words than the button's.
            return replace(parse, intent="been_scammed", confidence=1.0, fallback=False, reason="context")
        numbered = self._numbered(parse)
        if numbered is not None:
            return numbered
        alone = self._beside_sides(parse.text) if parse.reason == SEVERAL and place.topic.startswith("faq/") and not locked else ""
        if alone:
            read = self._read(self._parser.parse(alone, parse.entities), tracker)
            return replace(read, text=parse.text)
        message = self._message(parse, tracker)
        if message is not None:
            return self._left(parse, message)
        agreed = CONSENT in given(tracker).names[-2:] and _AGREES.match(parse.text)  # 「几点打」 was asked in between
        if (agreed or (last_response(tracker) == CONSENT and parse.intent == "affirm")) and parse.intent != "stop_marketing":
            found = [*parse.entities, of_message("consent", "yes", parse.text)]
            return replace(parse, intent="opt_in_marketing", confidence=1.0, fallback=False, entities=found, reason="context")
        if tracker is not None and tracker.get_slot("consent") and len(parse.text) <= BRIEFLY and _TAKES_BACK.search(parse.text) and parse.intent not in INTERRUPTS:
            return self._as(parse, STOP)
        label = replied(last_response(tracker), parse.text, parse.intent, given(tracker).names[-LATELY:-1]) if tracker is not None else None
        if label is not None:
            return replace(parse, intent=label, confidence=1.0, fallback=False, also=(), reason="context")
        if parse.intent == STOP and parse.reason not in FINAL:
            return parse  # whatever else it says, this is kept; the question beside it is read by `and_asks`
        matter = self._reader.names_matter(parse.text)
        cue = self._reader.alarming(parse.text)
        named = self._named_again(parse) if not locked else None
        if named is not None:
            return named
        stands = bearings.means(parse.text, parse.intent, place, reason=parse.reason, matter=matter)
        if place.topic.startswith("faq/") and not locked and parse.reason not in FINAL and len(parse.text) <= SHORT and OF_STEPS.search(parse.text):
            return replace(parse, intent="choose_option", confidence=1.0, fallback=False, also=(), reason="context")
        aspect = self._aspect(parse.text) if place.topic.startswith("faq/") and not locked and parse.reason not in FINAL else ""
        if aspect and stands == bearings.COUNTER and place.last != bearings.STEPS:
            stands = None  # 「要去柜台吗」: the answer itself tells it
        final = parse.reason in FINAL and not (place.alarmed and parse.reason == SEVERAL)  # 「他会不会看到余额 然后转走」: one of its clauses is no other matter
        if stands is not None and not final:
            return self._as(parse, stands)
        reply = self._replies.means(parse.text, topic=place.topic, last=place.last, product=str(tracker.get_slot("product") or "")) if tracker is not None else None
        if reply is None and locked and tracker is not None:
            reply = self._of_the_story(parse.text, tracker)
        if reply is not None and reply.startswith("scam_now.") and not place.gone and underway.paid(parse.text):
            reply = "been_scammed"  # 「俺交罢了 有合同有收据 咋往回要」: the loss counts, not what it was believed for
        if aspect and reply in (place.topic, public(place.topic) + TERMS):
            reply = None  # the same answer again, or the one that sides are read from: the sentence that tells it is enough
        if reply is not None and _ANOTHER.match(parse.text) and parse.intent.startswith("faq/") and parse.confidence >= SURE and public(parse.intent) != public(place.topic):
            reply = None  # 「另外社保卡怎么激活」 after a closed account is no part of that
        told_apart = parse.reason == SEVERAL and reply is not None and (not parse.also or public(reply) == public(place.topic))  # two clauses, and both are about the matter
        if reply is not None and (not final or told_apart) and (not locked or reply == parse.intent or reply.startswith("scam/") or public(reply) in INTERRUPTS | UNDER_LOCK or (public(reply) == public(place.topic) and place.last == f"utter_{place.topic}")):
            return self._as(parse, reply)
        if parse.reason not in FINAL and not locked and any(e["entity"] == SHEET for e in parse.entities):
            if _OF_TWO.search(parse.text):
                return self._as(parse, "compare_products")
            if parse.fallback or _WHAT_OF_IT.search(parse.text):
                return self._as(parse, "ask_product")
        if parse.reason not in FINAL and not locked and _of_products(parse) and any(e["entity"] == UNLISTED for e in parse.entities):
            return self._as(parse, "ask_product")
        counting = place.calc and reckoned.NUMERAL.search(parse.text)
        side = "" if locked or counting or (parse.reason in FINAL and parse.reason != SEVERAL) else self._side_of_product(parse, place, tracker)
        if side:
            return self._as(parse, side)
        if parse.intent == "scam_quiz" and not locked and _EXAMINED.search(parse.text) and {"fund", "pension"} & {str(e["value"]) for e in parse.entities if e["entity"] == "product"}:
            return self._as(parse, "ask_column.lesson")  # 「出道基金的题」: the course on it, no fraud
        opened = place.calc
        if opened and parse.intent not in INTERRUPTS and len(parse.text) <= CALCULATION and not mask(parse.text)[1]:
            answers = parse.reason != "blank" and parse.intent not in STEERS and bearings.answers_calculator(parse.text, parse.fallback)
            if answers and (reckoned.NUMERAL.search(parse.text) or parse.fallback or parse.confidence < SURE or parse.intent == "deny"):
                label = f"calculate_{opened}"
                return replace(parse, intent=label, confidence=1.0, fallback=False, reason="context")
        faint = parse.intent in ALARMS and parse.confidence < WEAK and not cue  # 「不想学了」 in a course is no despair
        clear = matter and parse.intent.startswith("faq/") and not parse.fallback and parse.confidence >= SURE  # 「R1到R5啥意思」 under a list of courses
        onward = continued(parse.text, last_response(tracker)) if (parse.intent not in INTERRUPTS or faint) and not clear else ""
        if onward:
            return replace(parse, intent=onward, confidence=1.0, fallback=False, reason="context")
        done = tracker.get_slot("calc_done") if tracker is not None else None
        if done and (parse.intent not in INTERRUPTS or faint) and not mask(parse.text)[1]:
            again = reckoned.changed(parse.text) and (parse.fallback or parse.confidence < SURE or reckoned.talked_of(done, parse.intent))
            if again or reckoned.of_result(parse.text):
                return replace(parse, intent=f"calculate_{done}", confidence=1.0, fallback=False, reason="context")
        strayed = place.topic and place.last == OUTSIDE  # a word too short for its topic: the next one is still about that
        small = self._small_talk(parse, last_response(tracker), matter, cue) if place.lock == "none" and not strayed else ""
        if small:
            return replace(parse, intent=small, confidence=1.0, fallback=False, also=(), reason="context")
        if place.lock != "hard" and public(place.topic) not in bearings.GRAVE and parse.reason not in FINAL and not cue and told_beside(parse.text, parse.intent, parse.confidence, matter=matter):
            return parse
        context = self._context(tracker)
        read = self._reader.read(parse, context)
        if tracker is not None and out_of_place(read.intent, parse.text, last_response(tracker), alarmed=place.alarmed):
            return replace(read, intent=FALLBACK, fallback=True, reason=UNSURE)
        back = "" if locked or aspect or parse.reason in FINAL else self._back(parse.text, read, place, context, tracker)
        if back:
            return self._as(parse, back)
        if aspect and (public(place.topic) + TERMS in self._parser.model.labels or not self._reader.near(read, place.topic, context)):
            found = [*parse.entities, *(of_message(ASPECT, side, parse.text) for side in self._aspects.sides(parse.text) or [aspect])]
            return replace(parse, intent=place.topic, confidence=1.0, fallback=False, also=(), entities=found, reason="context")
        better = bearings.corrected(
            parse.text, read.intent, read.confidence, place, alone=parse.intent, fallback=read.fallback,
            reason=read.reason, cue=cue, neighbour="" if locked else self._homonyms.means(place.topic, parse.intent if read.fallback else read.intent, parse.text),
        )
        if better is None and read.intent == FALLBACK and read.reason not in FINAL and not place.topic and place.lock == "none" and not minor_in(parse.text):
            better = at_ease(parse.text, parse.top, matter=matter, cue=cue) or None
        return read if better is None else self._as(read, better)

    def and_asks(self, parse: Parse, tracker: DialogueStateTracker | None) -> Parse:
        """「别给我推荐，就告诉我怎么赎」: the question beside it stands as the entity `about` and is answered, too."""
        pieces = asked_beside(parse.text)
        read = (self.read(self._parser.parse(piece), tracker) for piece in pieces)
        about = next((p.intent for p in read if p.intent.startswith("faq/") and not p.fallback and p.confidence >= SURE_BESIDE), "")
        return replace(parse, entities=[*parse.entities, of_message("about", about, parse.text)]) if about else parse

    def _aspect(self, text: str) -> str:
        """The side of the matter that is asked for, also beside words that name no matter: 「要带啥 我摊子走不开」."""
        whole = self._aspects.asked(text)
        clauses = self._aspects.clauses(text)
        if whole or len(clauses) < 2:
            return whole
        sides = [("" if _HELPLESS.match(piece) else side, piece) for piece, side in clauses]
        asked = [side for side, _ in sides if side]
        beside = " ".join(piece for side, piece in sides if not side)
        quiet = not (_QUESTION.search(beside) or self._reader.alarming(beside)) and (bool(_WHY.search(beside)) or not self._reader.names_matter(beside))
        return asked[0] if len(asked) == 1 and quiet else ""

    def _beside_sides(self, text: str) -> str:
        """The one clause that tells the matter where all others only ask for a side of it (「提到十万要带啥 本人去吗 多久生效」), or ""."""
        clauses = self._aspects.clauses(text)
        own = [clause for clause, side in clauses if not side]
        return own[0] if len(own) == 1 and len(clauses) > 1 else ""

    def _put_right(self, parse: Parse, tracker: DialogueStateTracker | None) -> Parse:
        """「我问的是上门」, 「我说的是存折 不是卡」: what is meant is read, together with the question before where it is only a word."""
        if tracker is None or (parse.reason in FINAL and parse.reason != SEVERAL) or tracker.get_slot("lock") == "hard":
            return parse
        put = correction(parse.text)
        if parse.reason == SEVERAL and not (put and put.heard):
            return parse
        unheard = parse.fallback or parse.intent in UNHEARD or parse.reason == "alarm"
        if put is None or not (put.heard or unheard):
            return parse
        own = self._parser.parse(put.meant, parse.entities)
        asked = [str(e.text) for e in reversed(given(tracker).asked) if (e.intent or {}).get("name") == "faq"][:LATELY]
        put_into = [self._parser.parse(put.put_into(one), parse.entities) for one in asked[: LATELY if put.heard else 1] if len(put.meant) <= SHORT]
        readings = [*put_into, own] if put.heard else [own, *put_into]
        return next((one for one in readings if one.intent.startswith("faq/") and not one.fallback and one.confidence >= SURE_BESIDE), own)

    def _back(self, text: str, read: Parse, place: Place, context: Context | None, tracker: DialogueStateTracker | None) -> str:
        """「外币呢」 after a word on something else: what it means after the matter before, or ""."""
        if len(text) > SHORT or public(read.intent) == public(place.topic) or self._reader.near(read, place.topic, context):
            return ""
        earlier = (name.removeprefix("utter_") for name in reversed(given(tracker).names[-LATELY:]) if name.startswith("utter_faq/"))
        topics = (topic for topic in earlier if public(topic) != public(place.topic))
        found = next((label for topic in topics if (label := self._replies.means(text, topic=topic, last=""))), "")
        few = len(text) <= NAMED + 4 and place.topic.startswith("faq/") and read.intent.startswith("faq/") and not self._reader.names_matter(text)
        return found or (self._reader.family(read, place.topic) if few else "")

    def _named_again(self, parse: Parse) -> Parse | None:
        """「没装，那密码的事呢」: what it turns to is named at the end, and nothing else is asked."""
        found = _TURNS_TO.search(parse.text) if parse.reason not in FINAL and parse.intent not in INTERRUPTS else None
        read = self._parser.parse(found[1]) if found else None
        return replace(read, text=parse.text, entities=parse.entities, reason="context") if read and not read.fallback and read.intent.startswith("faq/") else None

    def _of_the_story(self, text: str, tracker: DialogueStateTracker) -> str | None:
        """What a few words under an alarm mean after the kind of fraud it began with: 「那去哪里贷」 after steps that came between."""
        kind = next((name.removeprefix("utter_") for name in reversed(given(tracker).names) if name.startswith("utter_scam/")), "")
        found = self._replies.means(text, topic=kind, last="") if kind else None
        return found if found and found.startswith("scam/") else None

    def _side_of_product(self, parse: Parse, place: Place, tracker: DialogueStateTracker | None) -> str:
        """「急用能拿出来吗」 of the product that the message names or that was talked about: the answer of that product, or ""."""
        named = [str(e["value"]) for e in parse.entities if e["entity"] == "product"]
        last = last_response(tracker)
        if last.startswith(SHEETS) or any(e["entity"] == SHEET for e in parse.entities):
            return ""  # the sheet's own sentences are read out
        kind = kind_of(named, place.topic, str(tracker.get_slot("product") or "") if tracker is not None else "")
        hardly = parse.intent == "missold" and not _MISLED.search(parse.text)
        if not kind or (not parse.fallback and not hardly and parse.intent.startswith(NOT_OF_PRODUCT)):
            return ""
        if parse.reason == SEVERAL and (parse.also or not named):
            return ""
        unsure = parse.fallback or (hardly and parse.confidence < SURE_BESIDE) or parse.reason == SEVERAL or parse.confidence < (SURE_BESIDE if of_kind(parse.intent, kind) else SURE)
        return self._products.means(parse.text, kind, named=bool(named), sharp=not unsure) if unsure or hardly or what_it_is(parse.intent) else ""

    def _place(self, tracker: DialogueStateTracker | None, locked: bool) -> Place:
        """Where a message stands in the conversation."""
        if tracker is None:
            return Place()
        topic = str(tracker.get_slot("topic") or "")
        return Place(
            last=bearings.STEPS if in_steps(tracker) else last_response(tracker), topic=topic, lock=str(tracker.get_slot("lock") or "none"),
            calc=str(tracker.get_slot("calc") or ""), ticket=bool(tracker.get_slot("ticket")), crisis=bool(tracker.get_slot("crisis")), minor=bool(tracker.get_slot("minor")) and not self._reader.alarmed(topic),
            alarmed=locked or self._reader.alarmed(topic),
            gone=gone(given(tracker).names), reported=bool(tracker.get_slot("reported")),
        )

    @staticmethod
    def _as(parse: Parse, label: str) -> Parse:
        """The same message under the label it stands for; asked back when it stands for none."""
        if label == UNCLEAR:
            return replace(parse, intent=FALLBACK, fallback=True, also=(), reason=UNSURE)
        return replace(parse, intent=label, confidence=1.0, fallback=False, also=(), reason="context")

    def _small_talk(self, parse: Parse, last: str, matter: bool, cue: bool) -> str:
        """See :func:`persona.smalltalk.follows`."""
        if parse.reason in FINAL or minor_in(parse.text) or any(e["entity"] in ("product", SHEET, UNLISTED) for e in parse.entities):
            return ""
        label = follows(parse.text, last, parse.intent, parse.confidence, parse.top, matter=matter, cue=cue)
        return label if label in self._parser.model.labels else ""

    def _context(self, tracker: DialogueStateTracker | None) -> Context | None:
        """What was talked about: the slot `topic` and the buttons of the last answer."""
        topic = tracker.get_slot("topic") if tracker is not None else None
        if not topic:
            return None
        rows = given(tracker).rows
        commands = [parse_payload(str(b.get("payload", ""))) for b in (rows[-1] if rows else [])]
        offered = frozenset(c.label for c in commands if c and c.label != "handoff")
        topic = CALCULATES.get(str(topic), str(topic))  # a question in between is read against what is calculated
        return Context(str(topic), self._labels.title(str(topic)) or "", offered)

    def _numbered(self, parse: Parse) -> Parse | None:
        """A message with a ticket's number is read without it; the number alone asks where the ticket is."""
        if not number_in(parse.text):
            return None
        rest = self._parser.parse(NUMBER.sub("", parse.text), parse.entities)
        if rest.fallback or rest.intent == "share_secret":
            return replace(parse, intent="ticket_status", confidence=1.0, fallback=False, reason="context")
        return replace(rest, text=parse.text)

    def _message(self, parse: Parse, tracker: DialogueStateTracker | None) -> str | None:
        """What the customer leaves for staff, empty when it is still to come; None when no message is left."""
        if parse.reason == "blank" or parse.intent in HARD:
            return None
        agreed = tracker is not None and bool(tracker.get_slot("consent"))  # then that is what is taken back, and nothing is called
        if tracker is not None and not agreed and tracker.get_slot("ticket") and REGISTERED.intersection(given(tracker).names[-2:]) and drops_message(parse.text):
            return parse.text
        rest = message_in(parse.text)
        if rest is None and parse.intent == LEAVES_MESSAGE:
            return parse.text
        if rest is None and last_response(tracker) == INVITED and parse.intent not in {*INTERRUPTS, "deny", "ticket_status"}:
            return parse.text
        if rest is None and (parse.fallback or parse.intent == bearings.OUTSIDE) and last_response(tracker) in ADDING and not _QUESTION.search(parse.text):
            # 「就这些」 adds nothing any more
            return None if self._replies.means(parse.text, topic="", last=last_response(tracker)) == "thank" else parse.text
        return rest

    def _left(self, parse: Parse, message: str) -> Parse:
        """A message for staff; its own topic stands beside it as an entity, so that a first step can be told."""
        inner = self._parser.parse(message) if message else None
        if inner and inner.intent in HARD:
            return replace(inner, text=parse.text, reason="context")
        known = inner is not None and not inner.fallback and inner.intent.startswith(("faq/", "scam/"))
        found = [*parse.entities, of_message("about", inner.intent, parse.text)] if known and inner else parse.entities
        return replace(parse, intent=LEAVES_MESSAGE, confidence=1.0, fallback=False, entities=found, reason="context", also=())


def _in_emergency(tracker: DialogueStateTracker | None) -> bool:
    """Whether somebody is in danger or robbed; a minor is locked from products, which is no emergency."""
    if tracker is None or tracker.get_slot("lock") != "hard":
        return False
    return not tracker.get_slot("minor") or any(name.startswith(ALARMED) for name in given(tracker).names)


def _of_products(parse: Parse) -> bool:
    """Whether a message may ask about a product: it names one on no sheet, and that is told before anything about its kind."""
    return parse.fallback or parse.intent.startswith(PRODUCT_TALK)


def _asked_from_where(tracker: DialogueStateTracker | None) -> bool:
    """Whether the last answer asks where the money left from."""
    rows = given(tracker).rows
    return bool(rows) and any("lost_via" in str(button.get("payload", "")) for button in rows[-1])
