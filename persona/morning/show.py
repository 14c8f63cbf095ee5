"""The morning's facts as text for a terminal and as one HTML page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from persona.fallbacks import KINDS as FALLBACK_KINDS
from persona.fallbacks import Group
from persona.morning.facts import AHEAD, Due, Morning, Share
from persona.morning.pictures import bars
from persona.tickets.cli import REASON, STATE, URGENCY
from persona.tickets.model import Ticket

SHOWN = 15  # lines of a list in the terminal, groups on the page
_LIVE = {"withdraw": "下架", "notice": "公告", "replace": "替换", "freeze": "暂停"}


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "–"


def _sums(m: Morning) -> tuple[int, int, int, int, int]:
    """Turns, fallbacks, bubbles, refusals, tickets of the whole span."""
    return (sum(d.turns for d in m.days), sum(d.fallbacks for d in m.days), sum(d.said for d in m.days),
            sum(d.refused for d in m.days), sum(d.handovers for d in m.days))


def _live_lines(m: Morning) -> list[str]:
    if "live" in m.notes:
        return [m.notes["live"]]
    found = [f"{_LIVE[key]}：{'、'.join(names)}" for key, names in m.live.summary().items() if key in _LIVE and names]
    return found or ["没有下架、公告、替换，产品照常讲。"]


def _groups(m: Morning) -> list[Group]:
    return list(m.groups[:SHOWN])


def _guessed(group: Group) -> str:
    return "、".join(f"{title} {p:.0%}" for _, title, p in group.guesses)


def _seen(group: Group) -> str:
    return f"{group.first:%m-%d %H:%M}" + (f" 至 {group.last:%m-%d %H:%M}" if group.last != group.first else "")


def _ticket(m: Morning, one: Ticket) -> tuple[str, ...]:
    late = "超时" if one.number in m.desk.overdue else ""
    return one.number, URGENCY[one.urgency], STATE[one.state], REASON[one.reason], f"{one.due:%m-%d %H:%M}", late


def _spans(m: Morning) -> list[tuple[str, list[Due]]]:
    near, far = AHEAD
    return [("已经过期", [d for d in m.due if d.day < m.until]), (f"{near} 天内", m.within(0, near)), (f"{near + 1} 到 {far} 天", m.within(near + 1, far))]


def as_text(m: Morning) -> str:
    """What a person reads in a terminal."""
    turns, fell, said, refused, handed = _sums(m)
    out = [f"{m.bank} 早会：{m.since} 至 {m.until}", "", "客户"]
    out.append(f"  说了 {turns} 句，{fell} 句没有答上来（{_percent(fell, turns)}）；机器人说了 {said} 条，拒了 {refused} 条；转人工 {handed} 次。" if turns or said else
               f"  {m.notes.get('tracker', '这几天没有人说过话。')}")
    out += [f"  {d.day:%m-%d}  说 {d.turns}  没答上 {d.fallbacks}（{_percent(d.fallbacks, d.turns)}）  拒 {d.refused}  转人工 {d.handovers}" for d in m.days if d.turns or d.said or d.handovers]
    out += ["", "答不上来的（已打码）"]
    out += [f"  {g.count:3} 次  {g.texts[0]}  〔{'、'.join(FALLBACK_KINDS[k] for k in g.kinds)}；{_seen(g)}{'；最像 ' + _guessed(g) if g.guesses else ''}〕" for g in _groups(m)]
    out += [f"  还有 {len(m.groups) - SHOWN} 组。"] if len(m.groups) > SHOWN else [] if m.groups else [f"  {m.notes.get('tracker', '没有。')}"]
    out += ["", "拒了什么、为什么"]
    out += [f"  {r.count:3} 次  {r.rule} {r.title}" + (f"  例：{r.examples[0]}" if r.examples else "") for r in m.audit.rows[:SHOWN]] or [f"  {m.notes.get('audit', '没有拒绝。')}"]
    out += [f"  审计链有 {len(m.audit.problems)} 处问题，看 mascot report audit --verify。"] if m.audit.problems else []
    out += ["", f"工单：没办结 {len(m.desk.open)} 张，超时 {len(m.desk.overdue)} 张；这几天开了 {m.desk.opened} 张，办结 {m.desk.closed} 张"]
    out += ["  " + "  ".join(filter(None, _ticket(m, t))) for t in m.desk.open[:SHOWN]]
    out += ["", "现场开关", *(f"  {line}" for line in _live_lines(m)), "", "到期"]
    for title, found in _spans(m):
        out.append(f"  {title}：{len(found)} 项")
        out += [f"    {d.day}  {d.what}  {d.name}  {d.file}" for d in found[:SHOWN]]
        out += [f"    还有 {len(found) - SHOWN} 项，看 --html 或 --json。"] if len(found) > SHOWN else []
    out += [f"  {line}" for line in m.columns]
    out += ["", f"批准：{len(m.approvals)} 项要办" if m.approvals else "批准：该批的都批了，三十天内没有到期的"]
    out += [f"  {why}  {name}  {approval}  {file}" for why, name, approval, file in m.approvals[:SHOWN]]
    out += ["", "内容"]
    for s in m.kinds:
        own = "、".join(f"{m.mascots.get(ident, ident)} {n}" for ident, n in s.own.items())
        out.append(f"  {s.title}：{s.topics} 个，{s.answers} 条回答，{s.examples} 句例句" + (f"（自己的话：{own}）" if own else ""))
    out += ["", "闲聊场景的覆盖"]
    out += [f"  {name}：{_own_scenes(m, ident)} / {len(m.scenes)} 个有自己的话" + (f"，缺 {'、'.join(map(_scene, m.missed[ident][:5]))}" if m.missed.get(ident) else "") for ident, name in m.mascots.items()]
    return "\n".join(out)


def _own_scenes(m: Morning, ident: str) -> int:
    return sum(ident in own for _, own in m.scenes)


def _scene(name: str) -> str:
    return name.removeprefix("utter_chitchat/")


STYLE = """
:root{color-scheme:light dark;--page:#f6f4f0;--card:#fff;--ink:#25221e;--soft:#5d574f;--line:#ddd7ce;--a:#2f5d8a;--b:#b4552d;--c:#8a3b12;--d:#3b7a57;--bad:#a3201a;--warn:#fbf0d3}
@media(prefers-color-scheme:dark){:root{--page:#191715;--card:#24211e;--ink:#efeae3;--soft:#b8afa4;--line:#433d36;--a:#86b4e0;--b:#ef9f78;--c:#f0c179;--d:#86d3b0;--bad:#ff9c90;--warn:#3d3216}}
*{box-sizing:border-box}body{margin:0 auto;max-width:76rem;padding:1rem clamp(.8rem,3vw,2rem) 3rem;background:var(--page);color:var(--ink);
font:15px/1.6 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;overflow-wrap:anywhere}
h1{font-size:1.3rem;margin:.3rem 0}h2{font-size:1.05rem;margin:0 0 .6rem}h3{font-size:.95rem;margin:.9rem 0 .2rem}p{margin:.3rem 0}small,.soft{color:var(--soft)}
section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1rem;margin:1rem 0}
.sums{display:grid;gap:.7rem;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));margin:1rem 0}.sums div{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:.6rem .9rem}
.sums b{display:block;font-size:1.6rem;line-height:1.3;font-variant-numeric:tabular-nums}.sums .alarm b{color:var(--bad)}
.pictures{display:grid;gap:.8rem;grid-template-columns:repeat(auto-fit,minmax(min(15rem,100%),1fr))}figure{margin:0}figcaption{font-weight:600}svg{width:100%;height:auto}svg text{font-size:10px;fill:var(--soft)}
@media(max-width:40rem){.scroll table{min-width:30rem}}td{overflow-wrap:normal;min-width:4em}td:first-child{white-space:nowrap}
.axis{stroke:var(--soft)}rect.a{fill:var(--a)}rect.b{fill:var(--b)}rect.c{fill:var(--c)}rect.d{fill:var(--d)}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}td,th{padding:.3rem .6rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}th{color:var(--soft);font-weight:600;white-space:nowrap}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}.late{color:var(--bad);font-weight:600}.none{color:var(--soft)}
details{margin:.5rem 0}summary{cursor:pointer;color:var(--soft)}.warn{background:var(--warn);padding:.4rem .8rem;border-radius:8px}ul{padding-left:1.2rem;margin:.3rem 0}
@media print{body{background:#fff;color:#000}section,.sums div{break-inside:avoid}}
"""


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int] = (), none: str = "没有。") -> str:
    """A table; the columns `numbers` are figures. A cell that begins with `!` is an alarm."""
    if not rows:
        return f'<p class="none">{escape(none)}</p>'

    def cell(tag: str, at: int, text: str) -> str:
        names = " ".join(filter(None, ("n" if at in numbers else "", "late" if text.startswith("!") else "")))
        return f"<{tag}{f' class={chr(34)}{names}{chr(34)}' if names else ''}>{escape(text.removeprefix('!'))}</{tag}>"

    body = "".join("<tr>" + "".join(cell("td", at, text) for at, text in enumerate(row)) + "</tr>" for row in rows)
    return f'<div class="scroll" tabindex="0"><table><thead><tr>{"".join(cell("th", at, text) for at, text in enumerate(head))}</tr></thead><tbody>{body}</tbody></table></div>'


def _folded(title: str, inside: str) -> str:
    return f"<details><summary>{escape(title)}</summary>{inside}</details>"


def page(m: Morning) -> str:
    """One page that needs nothing beside it."""
    turns, fell, _, refused, handed = _sums(m)
    unknown = not turns and "tracker" in m.notes
    expired = len(_spans(m)[0][1])
    sums = [("客户说了", "–" if unknown else f"{turns} 句", False), (f"没有答上来，占 {_percent(fell, turns)}", "–" if unknown else f"{fell} 句", False),
            ("拒了", "–" if "audit" in m.notes else f"{refused} 条", False), ("转人工", "–" if unknown and not handed else f"{handed} 次", False), ("工单没办结", f"{len(m.desk.open)} 张", False), ("其中超时", f"{len(m.desk.overdue)} 张", bool(m.desk.overdue)),
            ("已经过期", f"{expired} 项", bool(expired))]
    parts = [
        _section("这几天", _trends(m)), _section("答不上来的", _asked(m)), _section("拒了什么、为什么", _refused(m)), _section("工单", _tickets(m)),
        _section("现场开关", "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in _live_lines(m)) + "</ul>"),
        _section("到期", _due(m)), _section("批准", _table(("为什么", "名字", "批准", "文件"), m.approvals, none="该批的都批了，三十天内没有到期的。")),
        _section("内容", _content(m)), _section("闲聊场景的覆盖", _scenes(m)),
    ]
    tiles = "".join(f'<div{" class=alarm" if alarm else ""}><small>{escape(name)}</small><b>{escape(value)}</b></div>' for name, value, alarm in sums)
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>早会 {m.until}</title><style>{STYLE}</style></head><body><h1>{escape(m.bank)} 早会</h1>"
        f'<p class="soft">{m.since} 至 {m.until}，{m.made:%Y-%m-%d %H:%M} 生成。客户的话和号码已经打码。</p><div class="sums">{tiles}</div>{"".join(parts)}</body></html>\n'
    )


def _section(title: str, inside: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{inside}</section>"


def _trends(m: Morning) -> str:
    notes = "".join(f'<p class="warn">{escape(m.notes[key])}</p>' for key in ("tracker", "audit") if key in m.notes)
    days = [f"{d.day:%m-%d}" for d in m.days]
    return notes + '<div class="pictures">' + "".join((
        bars("客户说的句数", days, [d.turns for d in m.days], "", "a"),
        bars("没答上来的比例", days, [d.fallbacks / d.turns if d.turns else None for d in m.days], "%", "b"),
        bars("拒绝的条数", days, [d.refused for d in m.days], "", "c"),
        bars("转人工的次数", days, [d.handovers for d in m.days], "", "d"),
    )) + '</div><p class="soft">句数和比例来自对话库，拒绝来自审计，转人工是新开的工单。</p>'


def _asked(m: Morning) -> str:
    rows = [(str(g.count), g.texts[0] + (f"（还有 {len(g.texts) - 1} 种说法）" if len(g.texts) > 1 else ""), "、".join(FALLBACK_KINDS[k] for k in g.kinds), _seen(g), _guessed(g) or "–")
            for g in _groups(m)]
    more = f'<p class="soft">还有 {len(m.groups) - SHOWN} 组，在 mascot desk 里看全部。</p>' if len(m.groups) > SHOWN else ""
    return _table(("次数", "客户的话", "为什么", "什么时候", "最像"), rows, (0,), m.notes.get("tracker", "没有答不上来的。")) + more


def _refused(m: Morning) -> str:
    rows = [(r.rule, r.title, str(r.count), "；".join(r.examples), r.law) for r in m.audit.rows]
    chain = f'<p class="late">审计链有 {len(m.audit.problems)} 处问题，运行 mascot report audit --verify。</p>' if m.audit.problems else ""
    return _table(("规则", "名称", "次数", "例", "依据"), rows, (2,), m.notes.get("audit", "没有拒绝。")) + chain


def _tickets(m: Morning) -> str:
    rows = [[*cells[:-1], f"!{cells[-1]}" if cells[-1] else ""] for cells in (_ticket(m, one) for one in m.desk.open)]
    return (f"<p>这几天开了 {m.desk.opened} 张，办结 {m.desk.closed} 张。</p>"
            + _table(("编号", "轻重", "状态", "原因", "答复期限", ""), rows, none=m.notes.get("tickets", m.notes.get("tracker", "没有没办结的工单。"))))


def _due(m: Morning) -> str:
    out = "".join(f'<p class="warn">{escape(line)}</p>' for line in m.columns)
    for title, found in _spans(m):
        rows = [(f"{'!' if d.day < m.until else ''}{d.day}", d.what, d.name, d.file) for d in found]
        table = _table(("日子", "什么", "名字", "文件"), rows)
        head = f"{title}：{len(found)} 项"
        out += f"<h3>{escape(head)}</h3>" + (table if 0 < len(found) <= SHOWN else _folded("全部列出", table) if found else "")
    return out


def _row(m: Morning, s: Share) -> list[str]:
    common = s.answers - sum(s.own.values())
    return [s.title, str(s.topics), str(s.answers), *(str(s.own.get(ident, 0) or "–") for ident in m.mascots), str(common), str(s.examples)]


def _content(m: Morning) -> str:
    head = ("", "话题", "回答", *m.mascots.values(), "通用", "例句")
    numbers = range(1, len(head))
    return _table(head, [_row(m, s) for s in m.kinds], numbers) + _folded(
        f"逐个话题（{len(m.topics)} 个）", _table(("话题", "名字", *head[2:]), [[s.title, s.key, *_row(m, s)[2:]] for s in m.topics], range(2, len(head))))


def _scenes(m: Morning) -> str:
    rows = [(name, f"{_own_scenes(m, ident)} / {len(m.scenes)}", "、".join(map(_scene, m.missed.get(ident, ()))) or "不缺") for ident, name in m.mascots.items()]
    grid = [[_scene(name), *("●" if ident in own else "○" if "" in own else "!缺" for ident in m.mascots)] for name, own in m.scenes]
    return _table(("形象", "有自己的话", "缺哪些场景"), rows, (1,)) + _folded(
        f"逐个场景（● 自己的话，○ 说通用的，共 {len(m.scenes)} 个）", _table(("场景", *m.mascots.values()), grid))
