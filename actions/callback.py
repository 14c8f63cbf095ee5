"""`action_callback`: the sales reserve. Nothing unasked; a call-back only after a consent of its own, taken back in a turn."""

from __future__ import annotations

import logging
import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.exc import SQLAlchemyError

from actions.common import channel, entity, institution, label
from actions.handoff import customer
from persona.compliance.audit import project_log
from persona.institution import narrowed
from persona.tickets import store
from persona.tickets.desk import audit_line
from persona.tickets.handover import Counter
from persona.zones import sales_allowed

logger = logging.getLogger(__name__)


# 「恢复推荐」 takes an opt-out back; it does not ask for a call.
_RECOMMENDATIONS = re.compile(r"(?:恢复|打开|开启|开).{0,6}推[荐送]|推[荐送](?:功能)?.{0,4}(?:恢复|打开|开)|可以(?:再|继续)?(?:给|跟)?我?(?:再)?介绍")
# 「有新活动说一声」 wishes for news, not for a call.
_NEWS = re.compile(r"活动|优惠|福利|抽奖|上新|新品|消息")
_CALL = re.compile(r"通知|电话|打给|回电|联系|经理|顾问|同事|当面|号码")


class ActionCallback(Action):
    """Asks for consent, registers the call-back, ends it when the customer wants to be left alone."""

    def name(self) -> str:
        """The action's name in domain.yml."""
        return "action_callback"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Utter the question, the ticket's number, or that nobody will call. Without the database nothing is promised."""
        wish = label(tracker)
        counter, asking = Counter(store(), institution()), customer(tracker, wish)
        try:
            if wish == "stop_marketing":
                ended = counter.no_callback(asking)
                dispatcher.utter_message(response="utter_callback_withdrawn", ticket=ended.number) if ended else dispatcher.utter_message(response="utter_stop_marketing")
                beside = entity(tracker, "about")
                if beside:
                    dispatcher.utter_message(response=f"utter_{beside}")
                if ended:
                    project_log(institution()).append(audit_line("callback_withdrawn", ended))
                return []
            refusal = sales_allowed(tracker.slots, narrowed(institution().channel, channel(tracker)))
            if refusal:
                dispatcher.utter_message(response=refusal)
                return []
            text = str(tracker.latest_message.get("text") or "")
            if _RECOMMENDATIONS.search(text):
                dispatcher.utter_message(response="utter_opt_in_restored")
                return []
            if entity(tracker, "consent") != "yes" and _NEWS.search(text) and not _CALL.search(text):
                dispatcher.utter_message(response="utter_opt_in_news")
                return []
            if entity(tracker, "consent") != "yes":
                dispatcher.utter_message(response="utter_callback_consent")
                return []
            reply = counter.callback(asking)
        except SQLAlchemyError:
            logger.exception("no call-back could be kept or ended")
            dispatcher.utter_message(response="utter_stop_marketing" if wish == "stop_marketing" else "utter_callback_failed")
            return []
        dispatcher.utter_message(response=reply.response, **reply.values)
        if reply.opened and reply.ticket:
            project_log(institution()).append(audit_line("callback", reply.ticket))
        return [SlotSet("ticket", reply.ticket.number)] if reply.ticket else []
