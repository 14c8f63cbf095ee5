"""The action: which calculator is open, what is kept in the slots, what is uttered."""

import json

import pytest

from actions.calculators import ActionCalculate


class Dispatcher:
    def __init__(self):
        self.said = []

    def utter_message(self, **message):
        self.said.append(message)


class Tracker:
    def __init__(self, intent, text, slots, reason="model", before=()):
        self.latest_message = {"intent": {"name": intent, "reason": reason}, "text": text, "entities": []}
        self.slots = slots
        self.events = [*before, {"event": "user", "text": text, "parse_data": self.latest_message}]

    def get_slot(self, name):
        return self.slots.get(name)


def turn(intent, text, slots, reason="model", before=()):
    dispatcher = Dispatcher()
    events = ActionCalculate().run(dispatcher, Tracker(intent, text, slots, reason, before), {})
    slots.update({event["name"]: event["value"] for event in events})
    (message,) = dispatcher.said
    return message


def test_a_number_alone_goes_on_with_the_open_calculator():
    slots = {}
    assert turn("calculate_deposit_interest", "拿10万存两年", slots) == {"response": "utter_calc_ask_deposit_rate"}
    assert slots["calc"] == "deposit_interest" and json.loads(slots["calc_values"])["principal"] == "100000"
    message = turn("nlu_fallback", "1.5%", slots)
    assert message["response"] == "utter_calc_result_deposit_interest" and message["interest"] == "3000元"
    assert slots["calc"] is None and slots["calc_done"] == "deposit_interest"
    # What Rasa and the dispatcher use themselves cannot be the name of a value.
    assert not set(message) & {"text", "image", "buttons", "elements", "custom", "attachment", "template", "metadata", "channel"}


def test_another_calculator_starts_empty():
    slots = {"calc": "monthly_payment", "calc_values": '{"principal": "500000"}'}
    assert turn("calculate_pension_tax", "算养老金抵税", slots)["response"] == "utter_calc_ask_paid"
    assert slots["calc"] == "pension_tax" and "500000" not in slots["calc_values"]


@pytest.mark.parametrize("kept", [None, "", "no json", "[1]", "5", '{"principal": 5}', '{"principal": {"a": 1}}', {"principal": "x"}])
def test_whatever_stands_in_the_slot(kept):
    slots = {"calc": "monthly_payment", "calc_values": kept}
    assert turn("calculate_monthly_payment", "3.5%", slots)["response"] == "utter_calc_ask_loan"


def test_without_a_calculator_it_asks_which():
    slots = {"calc": None, "calc_values": None}
    assert turn("nlu_fallback", "1.5%", slots) == {"response": "utter_calc_which"}
    assert turn("calculate_prepayment", None, slots)["response"] == "utter_calc_ask_balance"


def test_giving_up_closes_it():
    slots = {"calc": "installment", "calc_values": '{"principal": "5000"}'}
    assert turn("deny", "不算了", slots)["response"] == "utter_calc_stopped" and slots["calc"] is None


def test_a_finished_calculation_is_changed_only_by_a_follow_up():
    slots = {}
    turn("calculate_deposit_interest", "10万存两年利率1.5%", slots)
    assert turn("calculate_deposit_interest", "那存三年呢", dict(slots), "context")["interest"] == "4500元"
    afresh = dict(slots)
    assert turn("calculate_deposit_interest", "我想算存三年的利息", afresh)["response"] == "utter_calc_ask_deposit"
    assert afresh["calc_done"] is None
    assert turn("calculate_pension_tax", "交一万呢", dict(slots), "context")["response"] != "utter_calc_result_deposit_interest"
    turn("deny", "不算了", slots)
    assert slots["calc_done"] is slots["calc_values"] is None


def test_amounts_said_before_the_calculator_opens_are_kept():
    said = {"event": "user", "text": "定期存了20万 存三年的 急用8万", "parse_data": {"intent": {"name": "faq"}, "response_selector": {"faq": {"response": {"intent_response_key": "faq/deposit.early"}}}}}
    assert turn("calculate_deposit_interest", "帮我算下亏多少", {}, before=[said])["response"] == "utter_calc_ask_deposit_rate"
    result = {"event": "bot", "metadata": {"metadata": {"response": "utter_calc_result_deposit_interest_early"}}}
    assert turn("calculate_deposit_interest", "再算一次", {}, before=[said, result])["response"] == "utter_calc_ask_deposit"
