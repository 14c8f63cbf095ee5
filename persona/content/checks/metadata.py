"""Checks of what stands under ``metadata``: is it complete, is it known, does it fit the text?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from persona.content.checks.answers import texts
from persona.content.checks.manner import personal
from persona.content.house import House
from persona.content.model import Response
from persona.errors import Edit, Problem
from persona.mascot import TONES
from persona.textual import PLACEHOLDER, nearest
from persona.yamlfile import Path_

CATEGORIES = (
    "none", "deposit", "loan", "card", "wealth", "fund", "insurance", "pension", "gold", "structured", "payment",
)
UNWRITTEN = re.compile(r"待填|（这里写")  # what a draft of `mascot new` says where somebody has to write
_OPEN = re.compile(r"待(?:填|补|定|查|核实|确认)|TODO|TBD|[xX]{3,}|^[?？]+$", re.I)
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "faq": ("tone", "category", "figures", "disclosures", "source", "reviewed", "expires"),
    "scam": ("tone", "source", "reviewed", "expires", "hallmark"),
    "chitchat": ("tone", "source", "reviewed", "expires"),
    "dialogue": ("tone", "source", "reviewed", "expires"),
}


def required(response: Response, house: House) -> Iterator[Problem]:
    """Keys without which nobody can tell what the answer is, where it comes from and until when it holds."""
    missing = missing_keys(response)
    form = f"responses.{response.name}[{response.number}].metadata"
    if missing and not any(one.code == "P105" and one.key == form for one in (response.document.problems if response.document else ())):
        keys = "、".join(missing)
        yield response.problem(("metadata",), "P620", f"metadata 里缺少 {keys}", f"补上 {keys}。")


def missing_keys(response: Response) -> list[str]:
    """Which of the required keys are absent or empty."""
    wanted = REQUIRED.get(response.kind, REQUIRED["dialogue"])
    return [key for key in wanted if key not in response.metadata or response.metadata[key] in (None, "")]


def values(response: Response, house: House) -> Iterator[Problem]:
    """Values out of a fixed list."""
    metadata = response.metadata
    if response.tone and response.tone not in TONES:
        yield response.problem(("metadata", "tone"), "P621", f"没有这种语气：{response.tone}", "可选：" + "、".join(TONES) + "。", response.tone)
    category = metadata.get("category")
    if category is not None and category not in CATEGORIES:
        yield response.problem(("metadata", "category"), "P622", f"没有这个类别：{category}", "可选：" + "、".join(CATEGORIES) + "。", str(category))
    if metadata.get("sober") not in (None, True, False):
        yield response.problem(("metadata", "sober"), "P623", "sober 只能写 true 或 false", "去掉引号。", str(metadata["sober"]))
    for key in ("figures", "disclosures", "hallmark", "values"):
        if metadata.get(key) not in (None, "") and not isinstance(metadata[key], list):
            plain = str(metadata[key]).strip("[]［］【】")
            yield response.problem(("metadata", key), "P105", f"{key} 应当是列表", f"写成 {key}: [{plain}]。", str(metadata[key]))


def source(response: Response, house: House) -> Iterator[Problem]:
    """A source that is still to be found is none."""
    stated = str(response.metadata.get("source") or "")
    for start, end, kind in personal(stated):
        yield response.problem(("metadata", "source"), "P643", f"出处里有像真人的{kind}：{stated[start:end]}", "写文件名、部门，不写个人的号码。", stated[start:end])
    if (found := _OPEN.search(stated)) is not None:
        yield response.problem(("metadata", "source"), "P657", f"出处写着「{found[0]}」", "写上文件名、文号或公布的地方和日期。", found[0])


def unwritten(response: Response, house: House) -> Iterator[Problem]:
    """What `mascot new` left for the editor to write."""
    hallmark = response.metadata.get("hallmark")
    places: list[tuple[Path_, object]] = [*texts(response), (("metadata", "title"), response.metadata.get("title"))]
    places += [(("metadata", "hallmark", number), line) for number, line in enumerate(hallmark if isinstance(hallmark, list) else ())]
    for path, text in places:
        if (found := UNWRITTEN.search(str(text))) is not None:
            yield response.problem(path, "P657", f"这里还没有写：{str(text)[:12]}", "写上真正的话。", found[0])


def append_to_list(response: Response, path: Path_, ident: str) -> Edit | None:
    """The safe change that appends ``ident`` to the flow list ``[…]`` at ``path``."""
    document = response.document
    span = document.offsets((*response.path, *path)) if document else None
    if not document or not span:
        return None
    written = document.source[span[0]:span[1]]
    if not written.startswith("[") or not written.endswith("]"):
        return None
    at = span[1] - 1
    return Edit(at, at, ident if not written[1:-1].strip() else f", {ident}")


def figures(response: Response, house: House) -> Iterator[Problem]:
    """Figures used and figures listed."""
    used = {name for name in PLACEHOLDER.findall(response.text) if name in house.figures}
    raw = response.metadata.get("figures")
    listed = {str(name) for name in raw} if isinstance(raw, list) else set()
    here = ("metadata", "figures")
    slips = {name: nearest(name, used - listed or house.figures)
             for name in sorted(listed - set(house.figures) - house.unread)}
    if "figures" in response.metadata or response.kind != "faq":
        for name in sorted(used - listed - set(slips.values())):
            yield response.problem(here, "P626", f"用了数字 {{{name}}}，figures 里没写", f"在 figures 里加上 {name}。",
                                   edit=append_to_list(response, here, name))
    for name in sorted((listed & set(house.figures)) - used) if response.text else ():
        value = house.figures[name].value
        if value in response.text:
            yield response.problem(("text",), "P635", f"写死了「{value}」", f"改成 {{{name}}}，数字一变不用改。", value)
        elif name not in slips.values() and not any(f"{{{name}}}" in one.text for one in _sharing(response, house)):
            yield response.problem(here, "P626", f"figures 里写了 {name}，回答里没用 {{{name}}}", "用上，或从 figures 里删掉。", name)
    for name, near in slips.items():
        if f"{{{name}}}" not in response.text:  # used as well: then the placeholder has been told
            yield response.problem(here, "P627", f"figures.yml 里没有 {name}", f"是不是 {near}？" if near else "改名，或先补到 figures.yml。", name)


def _sharing(response: Response, house: House) -> Iterator[Response]:
    """The answers whose metadata stand in the same lines, through an anchor."""
    def place(one: Response) -> object:
        return one.document.spans.get((*one.path, "metadata")) if one.document else None

    return (one for one in house.content.variations() if one.file == response.file and place(one) == place(response))


def disclosures(response: Response, house: House) -> Iterator[Problem]:
    """Ids of disclosures."""
    raw = response.metadata.get("disclosures")
    here = ("metadata", "disclosures")
    for ident in raw if isinstance(raw, list) and house.disclosures else []:
        sentence = house.disclosures.get(str(ident))
        if sentence is None:
            yield response.problem(here, "P629", f"没有编号为 {ident} 的披露", "对照 compliance/disclosures.yml 里的编号。", str(ident))
        elif "__" in sentence:
            yield response.problem(here, "P630", f"{ident} 里有要填的空，只能由产品页使用", "换成这一类的一句话提示。", str(ident))
