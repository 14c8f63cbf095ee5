"""What institution.yml says about branches and the group, held against the lexicon and the guard; and the three zones."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from persona.compliance import Context
from persona.content.house import House
from persona.content.model import Response
from persona.errors import Problem
from persona.yamlfile import read
from persona.zones import BRAND, SALES, zone_of

NOTICE = ("建议", "不荐产品", "验证码")  # what a group's rules have to say
_WISH = "/opt_in_marketing"


def cities(house: House) -> Iterator[Problem]:
    """A city that the lexicon does not know is not understood when a customer says it."""
    lexicon = house.home / "nlu" / "lexicon" / "entities.yml"
    data = read(lexicon).data if lexicon.is_file() else None
    known = data["entities"]["city"] if isinstance(data, dict) else None
    for number, branch in enumerate(house.institution.branches.values()):
        if known is not None and branch.city and branch.city not in known:
            document = read(house.institution.source)
            yield Problem(document.file, document.line("branches", number, "city"), "P211", f"branches[{number}].city",
                          f"客户说「{branch.city}」听不懂", "在 persona/nlu/lexicon/entities.yml 的 city 下加上它。")


def notice(house: House) -> Iterator[Problem]:
    """The group's rules limit it to discussion and advice."""
    group = house.institution.group
    for word in NOTICE if group else ():
        if group and word not in group.rules:
            document = read(house.institution.source)
            yield Problem(document.file, document.line("group", "rules"), "P212", "group.rules",
                          f"群规里没有说「{word}」", "群只用来讨论和提建议：写明不荐产品、不收证件和验证码。")


def spoken(house: House, review: Callable[[str, Context], object]) -> Iterator[Problem]:
    """What the guard says of the group's rules."""
    group = house.institution.group
    heard = review(group.rules, Context(tone="plain", now=house.today)) if group else None
    for finding in getattr(heard, "findings", ()):
        document = read(house.institution.source)
        yield Problem(document.file, document.line("group", "rules"), "C401", "group.rules",
                      f"{finding.rule}「{finding.text}」：{finding.message}", finding.fix)


def zones(response: Response, house: House) -> Iterator[Problem]:
    """No product in small talk and give-aways (columns: P664, playful ones: P641); no call-back offered where nobody asked."""
    zone = zone_of(response.name)
    category = response.metadata.get("category") or "none"
    told = response.tone == "playful" or response.name.startswith("utter_column")
    if zone == BRAND and category != "none" and not told:
        yield response.problem(("metadata", "category"), "P690", f"品牌区（宠粉、闲聊）不讲产品，这里写着 {category}",
                               "改写成不涉产品的内容，或放到问答里。", str(category))
    for button in response.buttons:
        if button.payload.startswith(_WISH) and zone != SALES:
            yield response.problem(("buttons", button.number, "payload"), "P691", "在客户没开口的地方邀请登记回电",
                                   "删掉这个按钮；客户自己说「让人联系我」时才问是否同意。", button.payload)
