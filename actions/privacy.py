"""`action_privacy_request`: what this bot itself holds about a person is deleted at once; the rest has its way."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from persona.privacy import forget

# A wish to delete, not a question about it: 「聊天记录能删吗」 deletes nothing.
_DELETE = re.compile(r"删|清除|清空|注销|销毁|忘掉|撤回|撤销")
# How long something is kept, whether it is gone by now.
_KEPT = re.compile(r"多久|多长|几年|干净|到期|(?:删|清)(?:完|好|掉)?了(?:吗|没)")
# Who gets to read it.
_SEEN = re.compile(r"谁.{0,4}看|(?:别人|人家|员工|你们).{0,6}看(?:得)?(?:见|到|吗|么|不|没)|(?:给|被)(?:别人|谁)看|看过|监控|偷看")
_ASKS = re.compile(r"能.{0,4}[吗么]|怎么|如何|会不会|多久|多长|哪里|在哪|是不是|吗[？?]?$")


class ActionPrivacyRequest(Action):
    """「删除我的信息」."""

    def name(self) -> str:
        """The action's name in domain.yml."""
        return "action_privacy_request"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Delete what is asked to be deleted, ticket words and give-away entries, say so, and tell the way for the rest."""
        text = str(tracker.latest_message.get("text") or "")
        if _DELETE.search(text) and not _ASKS.search(text):
            done = forget(tracker.sender_id)
            if done.tickets:
                dispatcher.utter_message(response="utter_tickets_forgotten", tickets="、".join(t.number for t in done.tickets))
            if done.left:
                dispatcher.utter_message(response="utter_giveaway_deleted")
            elif "giveaways" in done.failed:
                dispatcher.utter_message(response="utter_giveaway_unavailable")
        dispatcher.utter_message(response="utter_privacy_kept" if _KEPT.search(text) else "utter_privacy_seen" if _SEEN.search(text) else "utter_privacy_request")
        return []
