"""What is the bank's own: compared with institution.yml, asked for, or borrowed from its name."""

from __future__ import annotations

import pytest

from persona.institution import load_institution
from persona.official import check, published

BANK = load_institution()


@pytest.mark.parametrize(("text", "verdict"), [
    ("95XXX0是你们的电话吗", "listed"),
    ("www.fuhe.example 是官网吗", "listed"),
    ("福禾银行APP是你们的吗", "listed"),
    ("400-123-4567 说是你们的", "not_listed"),
    ("fuhe-bank.example.cn 是你们的网站吗", "not_listed"),
    ("福禾财富是你们的吗", "not_listed"),
    ("福禾贷跟你们什么关系", "not_listed"),
    ("你们的官方微信是哪个", "published"),
    ("官网网址发我", "published"),
    ("有没有官方的小红书账号", "published"),
    ("自称客服的微信是哪个", "unknown"),
    ("这条短信是你们发的吗", "unknown"),
    ("福禾信用卡的短信是真的吗", "unknown"),
])
def test_what_is_compared(text: str, verdict: str) -> None:
    assert check(text, BANK) == verdict


def test_what_is_published_is_the_institution_s_list() -> None:
    line = published(BANK)
    assert all(name in line for names in BANK.official.values() for name in names)
