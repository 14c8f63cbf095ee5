"""What was measured: on the terminal, as JSON, and between two marks of docs/quality.md."""

from __future__ import annotations

import os
import platform
import unicodedata
from datetime import date
from pathlib import Path
from typing import Any

from projects import EPOCHS, EXAMPLES, FAQ, MESSAGES, ROOT, SCAM

BEGIN, END = "<!-- bench:start -->", "<!-- bench:end -->"
QUALITY = ROOT / "docs" / "quality.md"
COLUMNS = (
    ("train_wall", "训练 train（秒）", 0), ("train_cpu", "训练 CPU（秒）", 0), ("first_answer", "启动到第一句 start（秒）", 1),
    ("p50", "p50（毫秒）", 1), ("p95", "p95（毫秒）", 1), ("p99", "p99（毫秒）", 1), ("cpu", "CPU（毫秒/句）", 1),
    ("rate", "messages/s，1 条连接", 0), ("rate_8", "8 条连接", 0), ("rss", "内存 RSS（MB）", 0),
)
NAMES = {
    "stock": "stock Rasa 3.6", "floor": "floor：LogisticRegression + RulePolicy + utter_，内存存储", "memory": "本项目，同样内容，内存存储", "sqlite": "本项目，同样内容，SQLite",
    "whole": "本项目，全部内容，SQLite（出厂配置）",
}


def machine() -> str:
    memory = ""
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        memory = f"，{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"
    return f"{os.cpu_count()} 核{memory}，{platform.system()}，Python {platform.python_version()}"


def _cell(value: Any, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def rows(result: dict[str, Any]) -> list[list[str]]:
    """A header and one line a contestant."""
    out = [["", *(title for _, title, _ in COLUMNS)]]
    for key, name in NAMES.items():
        if key in result["runs"]:
            out.append([name, *(_cell(result["runs"][key].get(k), digits) for k, _, digits in COLUMNS)])
    return out


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def table(lines: list[list[str]]) -> str:
    widths = [max(_width(line[i]) for line in lines) for i in range(len(lines[0]))]
    def pad(text: str, i: int) -> str:
        blank = " " * (widths[i] - _width(text))
        return blank + text if i else text + blank
    return "\n".join("  ".join(pad(text, i) for i, text in enumerate(line)) for line in lines)


def _markdown_table(lines: list[list[str]]) -> str:
    head, *body = ["| " + " | ".join(line) + " |" for line in lines]
    return "\n".join([head, "|" + "|".join(["---", *["---:"] * (len(lines[0]) - 1)]) + "|", *body])


def remarks(result: dict[str, Any]) -> list[str]:
    """What a reader must know to believe the table."""
    runs = result["runs"]
    out = [
        f"内容：{len(FAQ)} 个 FAQ 主题、{len(SCAM)} 种骗局、greet、goodbye、thank、handoff、out_of_scope，各 {EXAMPLES} 句，最长 {result['longest']} 字；"
        f"一段对话 {len(MESSAGES)} 句，共 {result['conversations']} 段，一条连接（keep-alive），分块轮流，每块 {result['block']} 段；预热 {result['warmup']} 段。",
        "stock：Rasa 推荐配置（DIET、ResponseSelector、TED、UnexpecTED 各 100 epochs），内存存储，五句里两句走 custom action；"
        "答案事先填好，没有审查、人设、打码。本项目全部功能开着，五句里三句走 custom action。两边用同一个 rasa_sdk 动作服务器程序。",
        f"stock 的分词：{result['tokenizer']}。日志级别都是 ERROR。CPU 是 Rasa 进程自己的，不含动作服务器；客户端、动作服务器和各个 Rasa 进程在同一台机器上。",
        "floor：同样的句子和答案，话题各是一个意图，没有 custom action，没有审查、人设、打码；SpacyTokenizer（blank zh），Rasa 自己的内存存储。",
    ]
    for key, run in runs.items():
        if run.get("train_kept"):
            out.append(f"{NAMES[key]}：模型是 {run['train_date']} 用同样的内容训练的（--keep），训练两栏是那一次的数。")
    if "stock" in runs and result["epochs"] != EPOCHS:
        out.append(f"stock 的每个模型只训练 {result['epochs']} 遍（推荐 {EPOCHS} 遍），训练两栏因此偏低；每句用时与训练几遍无关。")
    if "stock" in runs:
        for key in ("memory", "sqlite", "whole"):
            if key in runs:
                out.append(f"{NAMES[key]}：p50 是 stock 的 {runs[key]['p50'] / runs['stock']['p50']:.2f} 倍，"
                           f"messages/s 是 {runs[key]['rate'] / runs['stock']['rate']:.1f} 倍。")
    if "floor" in runs:
        for key in ("memory", "sqlite", "whole"):
            if key in runs:
                ratios = "、".join(f"{title} {runs[key][k] / runs['floor'][k]:.2f}" for k, title in
                                  (("p50", "p50"), ("cpu", "CPU"), ("first_answer", "启动"), ("rss", "内存")))
                out.append(f"{NAMES[key]}：与 floor 之比：{ratios}；p95 是自己 p50 的 {runs[key]['p95'] / runs[key]['p50']:.2f} 倍。")
    for key, one in result.get("long", {}).items():
        out.append(f"{NAMES[key]}，一段 {result['turns']} 句的对话（毫秒，各 20 句的中位）：开头 {one['first']:.1f}，中间 {one['middle']:.1f}，"
                   f"结尾 {one['last']:.1f}（开头的 {one['last'] / one['first']:.2f} 倍）；第 1 句 {one['turn_1']:.1f}。")
    if result.get("workers"):
        one, two = result["workers"]["one"], result["workers"]["two"]
        out.append(f"{NAMES['whole']}，8 条连接：一个进程 {one:.0f} messages/s，两个进程（同一个数据库，两个端口，一段对话总在一个进程）"
                   f"{two:.0f}，是 {two / one:.2f} 倍；{os.cpu_count()} 核上还跑着动作服务器和客户端。")
    if result.get("cores"):
        one, two = result["cores"]["one"], result["cores"]["two"]
        loop = result["cores"]["loop_two"] / result["cores"]["loop_one"]
        out.append(f"{NAMES['whole']}，一套（进程、动作服务器、客户端）固定在一个核上 {one:.0f} messages/s，两套各固定在一个核上"
                   f"（同一个数据库和审计文件）{two:.0f}，是 {two / one:.2f} 倍：多一个核值多少。什么都不共用的空循环，同一次是 {loop:.2f} 倍。")
    if result.get("first_prompt"):
        out.append(f"训练好的 make chat 到第一个提示符（first prompt）：{result['first_prompt']:.1f} 秒。")
    if result.get("noise"):
        out.append(f"测量时的负载（load average，{os.cpu_count()} 核）：开始 {result['noise'][0]:.1f}，结束 {result['noise'][1]:.1f}。")
    wrong = [f"{NAMES[k]}「{text}」" for k, run in runs.items() for text in run.get("other_answer", [])]
    if wrong:
        out.append(f"回答和题库那一条没有十个字相同的（问候和转人工有形象自己的话，题库还有更细的条目）：{'；'.join(wrong)}。")
    return out


def markdown(result: dict[str, Any]) -> str:
    notes = "\n".join(f"- {line}" for line in remarks(result))
    return (
        f"{date.today().isoformat()}，{machine()}。命令：`{result['command']}`。\n\n"
        f"{_markdown_table(rows(result))}\n\n{notes}"
    )


def write(result: dict[str, Any], path: Path = QUALITY) -> None:
    """Replace the block between the marks; without a file or marks, add it under a heading."""
    text = path.read_text("utf-8") if path.exists() else "# 质量 Quality\n"
    block = f"{BEGIN}\n{markdown(result)}\n{END}"
    head, found, rest = text.partition(BEGIN)
    marked = found and END in rest
    text = head + block + rest.partition(END)[2] if marked else f"{text.rstrip()}\n\n## 速度与内存 Speed and memory\n\n{block}\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
