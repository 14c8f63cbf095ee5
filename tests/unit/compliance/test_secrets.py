"""Secrets in customers' messages are found and masked; what only looks like one is left alone."""

from __future__ import annotations

import time
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persona.compliance.secrets import hidden, identity, in_identifier, luhn, mask
from persona.compliance.split_secrets import find_after
from tests.secrets_made import flat, made, stays


@pytest.mark.parametrize(
    ("text", "hidden", "kinds"),
    [
        ("我卡号6222020200112233446", "6222020200112233446", ["卡号"]),
        ("４５６１ ２６１２ １２３４ ５４６７", "４５６１", ["卡号"]),
        ("4561-2612-1234-5467是我的卡", "5467", ["卡号"]),
        ("四五六一二六一二一二三四五四六七", "四五六一", ["卡号"]),
        ("账号是6228480010000000017吗", "6228480010000000017", ["卡号"]),
        ("11010519491231002X", "11010519491231002X", ["身份证号"]),
        ("身份证11010519491231002x，手机13812345678", "13812345678", ["身份证号", "手机号"]),
        ("打我138 1234 5678", "5678", ["手机号"]),
        ("验证码384756", "384756", ["验证码"]),
        ("验证码是 3 8 4 7 5 6", "3 8 4", ["验证码"]),
        ("384756，这是验证码", "384756", ["验证码"]),
        ("动态码：八二六一", "八二六一", ["验证码"]),
        ("CVV 123 有效期 08/27", "123", ["安全码", "有效期"]),
        ("密码是Abc12345", "Abc12345", ["密码"]),
        ("登录密码:hello_2026", "hello_2026", ["密码"]),
        ("4️⃣5️⃣6️⃣1️⃣2️⃣6️⃣1️⃣2️⃣1️⃣2️⃣3️⃣4️⃣5️⃣4️⃣6️⃣7️⃣", "5️⃣", ["卡号"]),
        ("【4561】【2612】【1234】【5467】", "5467", ["卡号"]),
        ("4561💳2612💳1234💳5467", "5467", ["卡号"]),
        ("四五六一，二六一二，一二三四，五四六七", "五四六七", ["卡号"]),
        ("⑷⑸⑹⑴⑵⑹⑴⑵⑴⑵⑶⑷⑸⑷⑹⑺", "⑷⑸", ["卡号"]),
        ("打138（1234）5678", "5678", ["手机号"]),
        ("一三八、一二三四、五六七八", "五六七八", ["手机号"]),
        ("验 证 码 384756", "384756", ["验证码"]),
        ("yanzhengma 384756", "384756", ["验证码"]),
        ("验证码3、8、4、7、5、6", "8、4", ["验证码"]),
        ("短信里的数字是384756", "384756", ["验证码"]),
        ("他让我念那六位数，384756", "384756", ["验证码"]),
        ("Your code is 384756", "384756", ["验证码"]),
        ("卡背面签名栏上三个数字123", "123", ["安全码"]),
        ("security code 123", "123", ["安全码"]),
        ("密 码 147258", "147258", ["密码"]),
        ("mima147258", "147258", ["密码"]),
        ("密码Abc@12345", "Abc@12345", ["密码"]),
        ("密码\n147258", "147258", ["密码"]),
        ("密码是我生日19900101", "19900101", ["密码"]),
    ],
)
def test_secrets_are_masked(text: str, hidden: str, kinds: list[str]) -> None:
    masked, found = mask(text)
    assert hidden not in masked and found == kinds
    assert f"[已隐去:{kinds[0]}]" in masked


@pytest.mark.parametrize(
    "text",
    [
        "拨110，再拨96110，投诉12378，热线95XXX0",
        "2026年11月23日10:30转了50000元",
        "单笔限额200000元，一年12000元",
        "验证码收不到怎么办",
        "密码忘了，想重置",
        "密码是什么意思",
        "订单号202611231234567没到",
        "尾号3446的卡",
        "7×24小时，0755-8888，利率3.5%",
        "有效期到什么时候",
        "存三年期20万",
        "密码是六位数字还是八位",
        "短信里的号码是95588吗",
        "存了六位数，123456元",
        "一、二、三、四，先挂失",
        "10:00、12:00、14:00、16:00哪个时段人少",
        "屏幕坏了，5 mm的缝",
    ],
)
def test_what_only_looks_like_a_secret_stays(text: str) -> None:
    assert mask(text) == (text, [])


def test_checks() -> None:
    assert luhn("4561261212345467") and not luhn("4561261212345464") and not luhn("0" * 16)
    assert identity("11010519491231002X") and not identity("110105194912310021")


@given(st.text(max_size=300))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once, _ = mask(text)
    assert mask(once)[0] == once


def test_time_grows_with_length_and_no_more() -> None:
    for unit in ("1", "1 ", "验证码", "密码是", "六", "6222-"):
        start = time.thread_time()
        mask(unit * (100_000 // len(unit)))
        assert time.thread_time() - start < 3


def test_an_id_that_is_random_by_its_form_is_no_secret() -> None:
    random = Random(3)
    for _ in range(2000):
        number = UUID(int=random.getrandbits(128), version=4)
        for name in (f"{number}", f"wx-{number.hex}", f"branch.12_{number}", f"user-1-{number.hex}"):
            assert in_identifier(name) is None, name
        assert in_identifier(f"{number}-13912345678") == "手机号"


def test_three_thousand_made_secrets_in_every_spelling_and_place() -> None:
    """Messages only; what becomes of them in stores, logs and payloads: tests/services/test_secrets_nowhere.py."""
    for sent in made(7, 3000):
        stored: list[str] = []
        for message in sent.messages:
            stored.append(hidden(message, find_after(message, stored))[0])
        plain = "\n".join(stored)
        if sent.sender:
            assert in_identifier(sent.sender), sent
        elif not sent.metadata and not sent.headers:
            assert stays(sent, plain, flat(plain)) == [], (sent, stored)


@pytest.mark.parametrize(
    ("before", "text", "kinds"),
    [
        (["验证码是"], "482913", ["验证码"]),
        (["验证码是", "等下"], "４８２９１３", ["验证码"]),
        (["我卡号是[已隐去:部分号码]"], "0011 2233 446", ["部分号码"]),
        (["6222 0202"], "0011 2233 446", ["卡号"]),
        (["他要我的密码"], "就是890101", ["密码"]),
        (["密码是"], "Abc12345", ["密码"]),
        (["CVV"], "三二一", ["安全码"]),
        (["密码"], "是 Abc12345", ["密码"]),
        (["6️⃣2️⃣2️⃣2️⃣0️⃣2️⃣0️⃣2️⃣"], "0️⃣0️⃣1️⃣1️⃣2️⃣2️⃣3️⃣3️⃣4️⃣4️⃣6️⃣", ["卡号"]),
    ],
)
def test_a_secret_split_over_two_messages(before: list[str], text: str, kinds: list[str]) -> None:
    assert [kind for *_, kind in find_after(text, before)][:1] in (kinds, ["卡号"]) and find_after(text, before)


@pytest.mark.parametrize(
    ("before", "text"),
    [
        (["我想贷款"], "200000"), (["贷20万"], "240"), (["验证码收不到"], "95588"), (["密码忘了怎么办"], "app"), (["卡号在哪看"], "第二个"),
        (["验证码是", "算了，想问贷款"], "50000"), (["我卡号是[已隐去:卡号]"], "5000"), (["手机丢了"], "2"), (["存多少合适"], "100000"), (["我16岁，能自己办银行卡吗"], "没满16呢 我同学15"),
    ],
)
def test_numbers_after_other_talk_stay(before: list[str], text: str) -> None:
    assert find_after(text, before) == []


@pytest.mark.parametrize(
    "text",
    [
        "10万存三年有多少利息", "贷200000，240期，利率3.95", "95588是你们的吗", "打10086没人接", "2026-11-23 10:30:15扣的", "2026年11月23日转了50000元",
        "订单12345678没到账", "工单T20261122-0031到哪了", "2000、3000、4000、5000哪档好", "1,000,000", "尾号5678的卡", "卡号622202开头是哪家的",
        "验证码收不到，打95588也没人接", "没收到验证码，我转了50000元", "密码错了6次", "密码被盗，转走200000", "CVV在哪看", "一二三四五", "三五年以后",
        "0755-88886666", "第一第二第三", "0.05%还是0.0385%", "产品代码C1030824000123", "房贷86万还剩240期每月4321.55元", "流水号20261123456",
    ],
)
def test_benign_numbers_stay(text: str) -> None:
    assert mask(text) == (text, [])
