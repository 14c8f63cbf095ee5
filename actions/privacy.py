"""`action_privacy_request`: what this bot itself holds about a person is deleted at once; the rest has its way."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.common import last_said
from persona.privacy import forget

# A wish to delete, not a question about it: 「聊天记录能删吗」 deletes nothing.
_DELETE = re.compile(r"删|清除|清空|注销|销毁|忘掉|撤回|撤销")
# How long something is kept, whether it is gone by now.
_KEPT = re.compile(r"多久|多长|几年|干净|到期|(?:删|清)(?:完|好|掉)?了(?:吗|没)")
# Who gets to read it.
_SEEN = re.compile(r"有(?:没有)?(?:个)?人.{0,6}(?:看|盯|读)|盯着|谁.{0,4}看|(?:别人|人家|员工|你们).{0,6}看(?:得)?(?:见|到|吗|么|不|没)|(?:给|被)(?:别人|谁)看|看过|监控|偷看|泄露|给(?:别人|外人|第三方)")
# What is done with it: sold, handed on, learnt from.
_USED = re.compile(r"卖|训练|喂给|给(?:到)?(?:了)?(?:别的|其他|合作|外面的?|贷款|什么)?(?:公司|机构|平台|商家|别家|合作方|广告)|拿(?:去|来|我).{0,8}(?:用|做|干)")
# Whether one may go on without consent; what a 「别推销」 stops, how long, and how it is taken back.
_USE = re.compile(r"(?:能|可以).{0,4}(?:用|聊|问)")
_CALLS = re.compile(r"电话|短信|打|推销|别人")
_LASTS = re.compile(r"永久|一直|多久|几天|有效|失效|生效|恢复|开|改回")
STOPPED = ("utter_stop_marketing", "utter_privacy_calls", "utter_privacy_lasts")  # 「别推销了」 was heard
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
        dispatcher.utter_message(response=_part(text, last_said(tracker)))
        return []


def _part(text: str, last: str) -> str:
    """The response for what is asked; `last`: the one given before."""
    after = last.startswith(("utter_privacy_", "utter_stop_marketing"))
    if after and _USE.search(text):
        return "utter_privacy_use"
    if last.startswith(STOPPED):
        if _CALLS.search(text):
            return "utter_privacy_calls"
        if _LASTS.search(text):
            return "utter_privacy_lasts"
    if _USED.search(text):
        return "utter_privacy_used"
    return "utter_privacy_kept" if _KEPT.search(text) else "utter_privacy_seen" if _SEEN.search(text) else "utter_privacy_request"
