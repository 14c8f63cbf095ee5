"""From complete values to the words of a result: strings that fill the placeholders of `utter_calc_result_…`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from persona.calculators import deposits, loans, pension, rates
from persona.calculators.limits import LOAN_MONTHS, Limit, spoken, term
from persona.calculators.money import CalculationError, cents, percent, rate2, span, yuan
from persona.figures import Figures

METHOD_NAMES: Mapping[str, str] = {"equal_payment": "等额本息", "equal_principal": "等额本金", "interest_only": "先息后本"}
HIGHEST_FEE = Decimal("0.05")  # of the principal, a period


class Unfit(Exception):  # noqa: N818 - a question to ask, not a failure
    """Values that do not go together: the one to ask for again, and its range."""

    def __init__(self, name: str, limit: Limit) -> None:
        super().__init__(name)
        self.name, self.limit = name, limit


Result = tuple[str, dict[str, str]]


def prepayment(values: Mapping[str, str]) -> Result:
    """Interest saved by an early repayment, both ways."""
    rate, worked_out = Decimal(values["rate"]), ""
    if "principal" in values:
        balance, months = Decimal(values["principal"]), term(values["months"])[0]
    else:
        balance, months = _left(values, rate)
        worked_out = f"（按当初借{yuan(Decimal(values['loan']))}、已还{spoken(values['gone'])}推算）"
    share = {"all": balance, "half": cents(balance / 2)}.get(values["prepay"])
    amount = Decimal(values["prepay"]) if share is None else share
    if amount > balance:
        raise Unfit("prepay", Limit("这次还的钱", yuan(Decimal(100)), yuan(balance)))
    method = values["method"]
    said = {
        "principal": yuan(balance) + worked_out, "rate": percent(rate), "term": span(months), "prepay": yuan(amount),
        "method": METHOD_NAMES[method] + ("（没说清，先按这种）" if values.get("method_assumed") else ""),
    }
    if method == "interest_only" or amount == balance:
        before = loans.loan(balance, rate, months, method)  # type: ignore[arg-type]
        rest = balance - amount
        after = loans.loan(rest, rate, months, method).interest if rest else Decimal(0)  # type: ignore[arg-type]
        return "utter_calc_result_prepayment_all", {**said, "saved": yuan(before.interest - after)}
    done = loans.prepay(balance, rate, months, amount, method)  # type: ignore[arg-type]
    if done.shorter is None or done.lower is None:
        raise CalculationError("提前还款算不出来")
    return "utter_calc_result_prepayment", {
        **said,
        "now_payment": yuan(done.before.first), "now_interest": yuan(done.before.interest),
        "short_term": span(done.shorter.months), "short_saved": yuan(done.shorter.saved),
        "lower_payment": yuan(done.lower.first), "lower_saved": yuan(done.lower.saved),
    }


def _left(values: Mapping[str, str], rate: Decimal) -> tuple[Decimal, int]:
    """What is still owed, and for how many months, of a loan that was paid as agreed since it was borrowed."""
    whole, gone = term(values["term"])[0], term(values["gone"])[0]
    if gone >= whole:
        raise Unfit("term", Limit("贷款总期限", span(gone + 1), span(LOAN_MONTHS[1])))
    rows = loans.loan(Decimal(values["loan"]), rate, whole, values["method"]).rows  # type: ignore[arg-type]
    return rows[gone - 1].balance, whole - gone


def installment(values: Mapping[str, str]) -> Result:
    """Fee of an instalment plan as an annualised rate."""
    principal, periods = Decimal(values["principal"]), term(values["months"])[0]
    fee = _fee(principal, periods, Decimal(values["fee"]), values["fee_kind"])
    if not 0 < fee <= principal * HIGHEST_FEE:
        least, most = Decimal("0.01"), principal * HIGHEST_FEE
        if values["fee_kind"] == "payment":
            least, most = least + principal / periods, most + principal / periods
        raise Unfit("fee", Limit("每期还款" if values["fee_kind"] == "payment" else "每期费用", yuan(least), yuan(most)))
    plan = rates.instalments(principal, periods, fee)
    return "utter_calc_result_installment", {
        "principal": yuan(principal), "periods": str(periods), "fee": yuan(fee), "payment": yuan(plan.payment),
        "total_fee": yuan(plan.total_fee), "simple": rate2(plan.rate.simple), "compound": rate2(plan.rate.compound),
    }


def _fee(principal: Decimal, periods: int, fee: Decimal, kind: str) -> Decimal:
    """Yuan a period, whatever way the fee was told."""
    if kind == "payment" or (kind == "each" and fee * periods >= principal):
        return fee - principal / periods
    if kind == "annual_rate":
        return loans.payment(principal, fee, periods) - principal / periods
    each = principal * fee if kind in ("period_rate", "total_rate") else fee
    return each / periods if kind in ("total_rate", "total_yuan") else each


def true_rate(values: Mapping[str, str]) -> Result:
    """The annualised rate of a loan whose monthly payment is known."""
    _, said = installment({**values, "fee": values["payment"], "fee_kind": "payment"})
    return "utter_calc_result_true_rate", said


def monthly_payment(values: Mapping[str, str]) -> Result:
    """What a loan costs a month."""
    principal, rate, months = Decimal(values["principal"]), Decimal(values["rate"]), term(values["months"])[0]
    said = {"principal": yuan(principal), "rate": percent(rate), "term": span(months)}
    if values.get("method") == "interest_only":
        plain = loans.loan(principal, rate, months, "interest_only")
        monthly = plain.first if months > 1 else plain.rows[0].interest
        return "utter_calc_result_monthly_payment_interest_only", {**said, "each": yuan(monthly), "last": yuan(plain.last), "interest": yuan(plain.interest)}
    even, falling = loans.loan(principal, rate, months), loans.loan(principal, rate, months, "equal_principal")
    return "utter_calc_result_monthly_payment", {
        **said, "even": yuan(even.first), "even_interest": yuan(even.interest),
        "falling_first": yuan(falling.first), "falling_last": yuan(falling.last), "falling_interest": yuan(falling.interest),
    }


def deposit_interest(values: Mapping[str, str]) -> Result:
    """Interest of a deposit, to the end or withdrawn early."""
    principal, rate = Decimal(values["principal"]), Decimal(values["rate"])
    months, days = term(values["months"])
    said = {"principal": yuan(principal), "rate": percent(rate), "term": spoken(values["months"])}
    if not values.get("early"):
        earned = deposits.interest(principal, rate, months, days)
        return "utter_calc_result_deposit_interest", {**said, "interest": yuan(earned), "total": yuan(principal + earned)}
    taken = Decimal(values.get("withdrawn") or values["principal"])
    if taken > principal:
        raise Unfit("withdrawn", Limit("支取金额", "1元", yuan(principal)))
    held_months, held_days = term(values["held"])
    if months and held_months * 30 + held_days >= months * 30:
        raise Unfit("held", Limit("已存的时间", "1天", f"不到{span(months)}"))
    if not months:
        raise Unfit("months", Limit("存期", "1个月", "10年"))
    broken = deposits.early(principal, rate, months, held_months, held_days, Decimal(values["current_rate"]), taken)
    return "utter_calc_result_deposit_interest_early", {
        **said, "held": spoken(values["held"]), "current": percent(Decimal(values["current_rate"])), "withdrawn": yuan(taken),
        "early_interest": yuan(broken.interest), "kept_interest": yuan(broken.kept), "full_interest": yuan(broken.full),
    }


def pension_tax(values: Mapping[str, str], figures: Figures, today: date) -> Result:
    """Tax saved now and paid later on a payment into a 个人养老金 account."""
    cap, later = pension.policy(figures, today)
    paid = cap if values["paid"] == "cap" else Decimal(values["paid"])
    if "bracket" in values:
        rate = Decimal(values["bracket"])
        effect, basis = pension.by_bracket(paid, rate, cap, later), f"最高一档税率{percent(rate)}"
    elif values["base_kind"] == "taxable":
        base = Decimal(values["base"])
        effect, basis = pension.by_taxable(paid, base, cap, later), f"应纳税所得额{yuan(base)}"
    else:
        base, less = Decimal(values["base"]), Decimal(values["deductions"])
        effect = pension.by_income(paid, base, less, cap, later)
        basis = f"全年税前工资{yuan(base)}、减除费用{yuan(pension.BASIC)}、其他扣除{yuan(less) if less else '没有'}"
    net = effect.net
    return "utter_calc_result_pension_tax", {
        "paid": yuan(paid) + (f"（只抵{yuan(cap)}）" if paid > cap else ""), "basis": basis, "saved": yuan(effect.saved),
        "later": yuan(effect.later), "net": f"约少缴{yuan(net)}" if net > 0 else f"约多缴{yuan(-net)}" if net else "不多也不少",
    }
