"""What editors read for the guard's own names."""

from __future__ import annotations

from collections.abc import Mapping

CHANNEL_NAMES: Mapping[str, str] = {
    "own_web": "本行网页", "own_app": "本行 APP", "platform_account": "平台账号（公众号、小红书、抖音……）",
    "public_comment": "公开评论区、直播间", "demo": "演示",
}
CATEGORY_NAMES: Mapping[str, str] = {
    "deposit": "存款", "loan": "贷款", "card": "信用卡", "wealth": "理财", "fund": "基金", "insurance": "保险",
    "pension": "个人养老金", "gold": "黄金", "structured": "结构性存款", "payment": "支付",
}
DEPTH_NAMES: Mapping[str, str] = {"mention": "提到", "explain": "讲解", "offer": "推介"}
