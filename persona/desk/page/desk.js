// The editors' desk. Everything that comes from outside is put in as text, never as markup.
"use strict";
const token = new URLSearchParams(location.search).get("token") || "";
const $ = id => document.getElementById(id);
let house = null, who = "";

/** An element: properties, then children (texts or elements; null is left out). */
function el(tag, props, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props || {})) {
    if (key === "class") node.className = value;
    else if (key === "on") for (const [event, run] of Object.entries(value)) node.addEventListener(event, run);
    else if (key.includes("-") || key === "for" || key === "list" || key === "role") node.setAttribute(key, value);
    else node[key] = value;
  }
  node.append(...children.flat().filter(one => one !== null && one !== undefined && one !== ""));
  return node;
}
function fill(node, ...children) { node.replaceChildren(...children.flat().filter(Boolean)); }
function tell(text) { $("trouble").textContent = ""; $("say").textContent = text; }
function refuse(text) { $("say").textContent = ""; $("trouble").textContent = text; }

/** Ask the server; its sentence becomes the error. */
async function call(path, body) {
  let reply, data;
  try {
    reply = await fetch("/api/" + path, {method: "POST", headers: {"Content-Type": "application/json", "X-Desk-Token": token}, body: JSON.stringify(body || {})});
    data = await reply.json().catch(async () => ({refused: await reply.text().catch(() => "")}));
  } catch (gone) { throw new Error("工作台关掉了，或连不上；请重新启动 mascot desk。"); }
  if (!reply.ok) throw new Error(data.refused || "没有做成（" + reply.status + "）。");
  return data;
}
/** Run what a button starts: the button rests meanwhile, an error is said. */
async function run(button, work) {
  if (button && button.disabled) return;
  if (button) button.disabled = true;
  document.body.setAttribute("aria-busy", "true");
  try { $("trouble").textContent = ""; await work(); } catch (error) { refuse(error.message); }
  finally { if (button) button.disabled = false; document.body.removeAttribute("aria-busy"); }
}
function field(label, input) { return el("label", {}, label, input); }

/* ── tabs ── */
const tabs = [...document.querySelectorAll("[role=tab]")];
const onShow = {};
function show(tab, focus) {
  for (const one of tabs) {
    const chosen = one === tab;
    one.setAttribute("aria-selected", String(chosen));
    one.tabIndex = chosen ? 0 : -1;
    $(one.getAttribute("aria-controls")).hidden = !chosen;
  }
  if (focus) tab.focus();
  tell("");
  if (house && onShow[tab.id]) onShow[tab.id]();
}
tabs.forEach((tab, n) => {
  tab.addEventListener("click", () => show(tab));
  tab.addEventListener("keydown", event => {
    const to = {ArrowRight: n + 1, ArrowLeft: n - 1, Home: 0, End: tabs.length - 1}[event.key];
    if (to !== undefined) { event.preventDefault(); show(tabs[(to + tabs.length) % tabs.length], true); }
  });
});

/* ── 审文案 ── */
function marked(pieces) {
  return pieces.map(piece => piece.findings.length
    ? el("mark", {}, piece.text, el("sup", {"aria-label": "见第 " + piece.findings.map(n => n + 1).join("、") + " 处"}, piece.findings.map(n => n + 1).join(",")))
    : piece.text);
}
function row(name, value) { return value ? [el("dt", {}, name), el("dd", {}, value)] : []; }
$("copy-form").addEventListener("submit", event => {
  event.preventDefault();
  run(event.submitter, async () => {
    const asked = [...document.querySelectorAll("#copy-asked input:checked")].map(box => box.value);
    const found = await call("review", {title: $("copy-title").value, text: $("copy-text").value, tags: $("copy-tags").value, channel: $("copy-channel").value, asked});
    const bad = found.findings.length, lacking = found.missing.length;
    const names = {title: "标题", text: "正文", tags: "标签"};
    const what = [bad ? bad + " 处要改" : "", lacking ? "缺 " + lacking + " 条提示" : ""].filter(Boolean).join("，");
    fill($("copy-result"),
      el("p", {class: "verdict " + (found.verdict === "allow" ? "yes" : "no")}, found.verdict === "allow" ? "没有查出问题。" : "不能发：" + (what || "见下面") + "。"),
      Object.entries(found.fields).map(([key, pieces]) => [el("h3", {}, names[key]), el("div", {class: "draft", "data-field": key}, marked(pieces))]).flat(),
      bad ? el("h3", {}, "逐处说明") : null,
      bad ? el("ol", {class: "findings"}, found.findings.map(one => el("li", {},
        el("b", {}, one.text ? "「" + one.text + "」" : "整篇"), el("small", {}, " " + [one.title, one.rule].filter(Boolean).join(" ")),
        el("dl", {}, row("为什么", one.message), row("依据", one.law), row("怎么改", one.fix), row("可以写成", one.rewrite))))) : null,
      lacking ? el("h3", {}, "同一条里还缺的提示") : null,
      lacking ? el("ul", {}, found.missing.map(one => el("li", {}, one.text, el("small", {}, " " + one.id)))) : null,
      found.questions.length ? el("h3", {}, "要人判断的") : null,
      found.questions.length ? el("ul", {class: "questions"}, found.questions.map(one => el("li", {}, one))) : null,
      el("p", {class: "closing"}, found.closing));
    $("copy-result").focus({preventScroll: true});
    if (!matchMedia("(min-width:60rem)").matches) $("copy-result").scrollIntoView();
  });
});
$("copy-form").addEventListener("keydown", event => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); $("copy-form").requestSubmit($("copy-form").querySelector(".main")); }
});

/* ── 答不上来 ── */
const day = iso => iso.slice(5, 10).replace("-", "月") + "日" + iso.slice(11, 16);
const SEP = "　";
function chooser(id, options, value) {
  const input = el("input", {id, list: id + "-all", autocomplete: "off", value: value || "", placeholder: "打几个字，从列表里选"});
  return [input, el("datalist", {id: id + "-all"}, options.map(one => el("option", {value: one})))];
}
const chosen = value => value.split(SEP).pop().trim();
let serial = 0;
function gapCard(group, intents) {
  const id = "gap" + (++serial), box = el("div", {class: "box", hidden: true});
  const options = intents.map(one => one.title + SEP + one.intent);
  const openBox = (button, ...parts) => { fill(box, parts); box.hidden = false; box.querySelector("input,select,textarea")?.focus(); };
  const add = value => {
    const phrase = el("input", {maxLength: 200, value: group.texts[0]});
    const [topic, list] = chooser(id + "-topic", options, value);
    const form = el("form", {on: {submit: event => { event.preventDefault(); run(event.submitter, async () => {
      tell((await call("gaps/add", {phrase: phrase.value, intent: chosen(topic.value)})).done); box.hidden = true; }); }}},
      field("加哪一句（可以改成更像样的说法）", phrase), field("加到哪个话题", topic), list, el("button", {class: "main"}, "加进去"));
    openBox(null, form);
  };
  const draft = () => {
    const ident = el("input", {maxLength: 60, placeholder: "safe_box"}), title = el("input", {maxLength: 20, placeholder: "保管箱"});
    const picks = group.texts.map(text => el("label", {}, el("input", {type: "checkbox", checked: true, value: text}), text));
    const form = el("form", {on: {submit: event => { event.preventDefault(); run(event.submitter, async () => {
      const phrases = picks.map(one => one.firstChild).filter(one => one.checked).map(one => one.value);
      const made = await call("gaps/draft", {id: ident.value, title: title.value, phrases});
      tell(made.done);
      fill(box, el("p", {}, el("b", {}, made.done)), made.left.length ? el("p", {}, "没带上的：" + made.left.join("；")) : null,
        made.problems.length ? el("ul", {}, made.problems.map(one => el("li", {}, one))) : null,
        el("p", {}, "接下来："), el("ol", {}, made.steps.map(one => el("li", {}, one))));
    }); }}},
      field("英文名（小写字母和下划线）", ident), field("中文名", title),
      el("fieldset", {}, el("legend", {}, "带上这些话当例句"), el("div", {class: "checks"}, picks)), el("button", {class: "main"}, "写草稿"));
    openBox(null, form);
  };
  const rest = group.texts.slice(1);
  return el("article", {class: "card"},
    el("span", {class: "count"}, group.count + " 次"), el("h3", {}, group.texts[0]),
    rest.length ? el("details", {}, el("summary", {}, "还有 " + rest.length + " 种说法"), el("ul", {}, rest.map(text => el("li", {}, text)))) : null,
    el("p", {class: "meta"}, group.kinds.join("、") + "。" + (group.first === group.last ? day(group.first) : "头一次 " + day(group.first) + "，最近 " + day(group.last)) + "。"),
    group.guesses.length ? el("div", {class: "acts"}, el("span", {class: "meta"}, "最像："), group.guesses.map(guess =>
      el("button", {type: "button", class: "chip", "aria-label": "加进「" + guess.title + "」", on: {click: () => add(guess.title + SEP + guess.label)}}, guess.title + " " + Math.round(guess.probability * 100) + "%"))) : null,
    el("div", {class: "acts"}, el("button", {type: "button", on: {click: draft}}, "写成新问答"), el("button", {type: "button", on: {click: () => add("")}}, "加进已有的话题")),
    box);
}
async function loadGaps() {
  const found = await call("gaps");
  $("gaps-sum").textContent = found.note || "从 " + found.since + " 起，客户说了 " + found.turns + " 句，" + found.fallbacks + " 句没有答上来，归成 " + (found.groups.length + found.left_off) + " 组。"
    + "号码已经打码。" + (found.left_off ? "只列出最多的 " + found.groups.length + " 组。" : "");
  fill($("gaps-list"), found.groups.map(group => gapCard(group, found.intents)));
}
onShow["tab-gaps"] = () => run(null, loadGaps);
$("gaps-again").addEventListener("click", event => run(event.currentTarget, async () => { await loadGaps(); tell("刷新好了。"); }));

/* ── 改一条 ── */
$("find-form").addEventListener("submit", event => {
  event.preventDefault();
  run(event.submitter, async () => {
    const result = await call("answers", {query: $("find-query").value});
    $("edit").hidden = true; $("find-list").hidden = false;
    $("find-sum").textContent = result.count ? "找到 " + result.count + " 条" + (result.count > result.found.length ? "，先列 " + result.found.length + " 条；多写几个字能少一些。" : "。") : "没有找到；换几个字试试。";
    fill($("find-list"), result.found.map(one => el("li", {}, el("button", {type: "button", on: {click: event => run(event.currentTarget, () => openAnswer(one.name, one.number))}},
      el("b", {}, one.title), el("small", {}, (one.name === "utter_" + one.title ? "" : "　" + one.name) + (one.mascot ? "　" + one.mascot + "自己的话" : "") + "　第 " + (one.number + 1) + " 条"),
      el("div", {}, one.text), one.said ? el("small", {}, "客户这么问：" + one.said) : null))));
  });
});
let trying = 0, timer = 0;
async function openAnswer(name, number) {
  const answer = await call("answers/open", {name, number});
  const form = editor(answer);
  fill($("edit"), form.node, form.side);
  $("edit").hidden = false; $("find-list").hidden = true;
  $("find-sum").textContent = "";
  await form.attempt();
  form.node.querySelector("textarea").focus();
}
function editor(answer) {
  const kept = answer.fields, side = el("div", {class: "side"});
  const text = el("textarea", {rows: 7, maxLength: 2000, value: kept.text, id: "edit-text"});
  const tone = el("select", {id: "edit-tone"}, Object.entries(house.tones).map(([value, title]) => el("option", {value, selected: value === kept.tone}, title + "（" + value + "）")));
  if (!(kept.tone in house.tones)) tone.prepend(el("option", {value: kept.tone, selected: true}, kept.tone || "没有写"));
  const source = el("input", {value: kept.source, maxLength: 300, id: "edit-source"});
  const reviewed = el("input", {type: "date", value: kept.reviewed, id: "edit-reviewed"}), expires = el("input", {type: "date", value: kept.expires, id: "edit-expires"});
  const shown = one => "/" + one.title === one.payload ? one.payload : one.title + SEP + one.payload;
  const targets = house.payloads.map(shown);
  const named = payload => { const one = house.payloads.find(p => p.payload === payload); return one ? shown(one) : payload; };
  const pairs = el("div", {});
  const addPair = (title, payload) => {
    const one = el("input", {maxLength: 40, value: title, "aria-label": "按钮上的字", placeholder: "按钮上的字"});
    const to = el("input", {maxLength: 120, value: named(payload), "aria-label": "点了去哪儿", placeholder: "点了去哪儿", list: "edit-targets", autocomplete: "off"});
    pairs.append(el("div", {class: "pair"}, one, to));
  };
  kept.buttons.forEach(one => addPair(one.title, one.payload));
  while (pairs.children.length < 3) addPair("", "");
  const ids = [...new Set([...kept.disclosures, ...Object.keys(house.disclosures)])];
  const notes = ids.map(id => el("label", {}, el("input", {type: "checkbox", value: id, checked: kept.disclosures.includes(id)}), el("span", {}, (house.disclosures[id] || "（没有这一条）") + " ", el("small", {}, id))));
  const gather = () => ({
    name: answer.name, number: answer.number, seen: answer.seen, text: text.value, tone: tone.value, source: source.value,
    reviewed: reviewed.value, expires: expires.value,
    disclosures: [...kept.disclosures.filter(id => notes.some(n => n.firstChild.value === id && n.firstChild.checked)), ...notes.map(n => n.firstChild).filter(b => b.checked && !kept.disclosures.includes(b.value)).map(b => b.value)],
    buttons: [...pairs.children].map(pair => ({title: pair.children[0].value, payload: chosen(pair.children[1].value)})),
  });
  const save = el("button", {class: "main", disabled: true}, "看改动，保存");
  const state = el("p", {class: "hint"});
  let last = null;
  const attempt = async () => {
    const mine = ++trying;
    try {
      const result = await call("answers/try", gather());
      if (mine !== trying) return;
      last = result; $("trouble").textContent = "";
      save.disabled = !result.changed || result.blocked;
      state.textContent = !result.changed ? "还没有改动。" : result.blocked ? "标红的要先改好，才能保存。" : "可以保存。";
      fill(side, sideOf(result));
    } catch (error) {
      if (mine !== trying) return;
      last = null; save.disabled = true; state.textContent = ""; refuse(error.message);
    }
  };
  const node = el("form", {id: "edit-form", on: {
    input: () => { clearTimeout(timer); timer = setTimeout(attempt, 350); },
    submit: event => { event.preventDefault(); run(null, async () => { await attempt(); if (last && last.changed && !last.blocked) ask(last, gather()); }); },
  }},
    el("div", {class: "line"}, el("h2", {}, answer.title), el("button", {type: "button", on: {click: () => { $("edit").hidden = true; $("find-list").hidden = false; $("find-query").focus(); }}}, "回到列表")),
    el("p", {class: "meta"}, answer.name + "　第 " + (answer.number + 1) + " 条　" + answer.file + ":" + answer.line + (answer.conditions.length ? "　只在 " + answer.conditions.join("、") + " 时说" : "")),
    field("正文", text),
    el("details", {}, el("summary", {}, "能用的占位符"), el("p", {class: "hint"}, answer.names.map(name => "{" + name + "}").join(" "))),
    el("fieldset", {}, el("legend", {}, "按钮"), pairs, el("button", {type: "button", class: "chip", on: {click: () => pairs.children.length < house.buttons && addPair("", "")}}, "再加一个"),
      el("datalist", {id: "edit-targets"}, targets.map(value => el("option", {value})))),
    field("语气", tone),
    el("details", {open: kept.disclosures.length > 0}, el("summary", {}, "披露：接在正文后面的标准句"), el("div", {class: "checks notes"}, notes)),
    field("依据", source), el("div", {class: "pair even"}, field("复核日", reviewed), field("到期日", expires)),
    state, save);
  return {node, side, attempt};
}
function sideOf(result) {
  const problems = (list, cls) => list.length ? el("ul", {class: "found " + cls}, list.map(one => el("li", {}, el("b", {}, one.what), el("div", {}, one.fix, el("small", {}, " " + one.code))))) : null;
  const hard = result.fresh.filter(one => !one.warning), soft = [...result.fresh.filter(one => one.warning), ...result.known];
  return [
    el("h2", {}, "客户会看到的"),
    result.approval ? el("p", {class: "warn"}, result.approval) : null,
    hard.length ? el("div", {class: "verdict no"}, "要先改好：", problems(hard, "hard")) : null,
    soft.length ? el("div", {class: "warn"}, "提醒（原来就有的，或不拦着保存的）：", problems(soft, "soft")) : null,
    result.silent ? el("p", {class: "warn"}, result.silent) : null,
    el("div", {class: "phones"}, result.bubbles.map(one => {
      const phone = el("section", {class: "phone"},
        el("h3", {}, one.mascot, el("small", {}, (house.tones[one.tone] || one.tone) + (one.sober ? "·沉稳" : ""))),
        el("div", {class: "bubble"}, one.pieces.map(piece => piece.kind ? el("mark", {class: piece.kind, title: piece.id}, piece.text) : piece.text)),
        one.buttons.length ? el("div", {class: "picks"}, one.buttons.map(title => el("span", {}, title))) : null,
        el("div", {class: "opinion"}, el("b", {}, one.allowed ? "守门：放行" : "守门：不放行"), one.opinion.map(line => el("div", {}, line))));
      phone.style.setProperty("--own", one.palette.primary || "#555");
      phone.style.setProperty("--own-soft", one.palette.soft || "#eee");
      return phone;
    })),
  ];
}
function ask(result, body) {
  $("sure-note").hidden = !result.approval; $("sure-note").textContent = result.approval;
  fill($("sure-diff"), result.diff.split("\n").map(line => el("span", {class: line.startsWith("+") ? "plus" : line.startsWith("-") ? "minus" : ""}, line || " ")));
  $("sure-yes").onclick = event => run(event.currentTarget, async () => {
    try { const done = await call("answers/save", body); await openAnswer(body.name, body.number); tell(done.done); scrollTo(0, 0); } finally { $("sure").close(); }
  });
  $("sure").showModal();
}
$("sure-no").addEventListener("click", () => $("sure").close());

/* ── 下架与公告 ── */
const HELP = {
  withdraw: "客户听到的是「正在核对」、热线和转人工；急事换成报警和紧急止付的步骤。几秒钟生效，不用训练。",
  notice: "最多 60 个字，一行，不讲产品。急事前面不挂。",
  replace: "要有自己的批准：批准人不能是作者。按钮和披露照旧。",
  freeze: "产品页一张都不说，直到撤销。",
};
function shape() {
  const action = $("live-action").value;
  $("live-help").textContent = HELP[action];
  $("live-by-name").textContent = action === "replace" ? "批准人" : "谁决定的";
  for (const one of document.querySelectorAll("#live-form [data-for]")) one.hidden = !one.dataset.for.split(" ").includes(action);
}
$("live-action").addEventListener("change", shape);
async function loadLive() {
  const state = await call("live");
  fill($("live-list"), state.problem ? el("p", {class: "verdict no"}, state.problem) : null,
    state.entries.length ? null : el("p", {class: "empty"}, "没有下架、公告、替换，产品照常讲。"),
    state.entries.map(one => {
      const box = el("div", {class: "box", hidden: true});
      const by = el("input", {maxLength: 40, value: who}), reason = el("input", {maxLength: 200});
      fill(box, el("form", {on: {submit: event => { event.preventDefault(); run(event.submitter, async () => {
        const done = await call("live/do", {action: one.action, name: one.name, undo: true, by: by.value, reason: reason.value});
        who = by.value; await loadLive(); tell(done.done); }); }}}, field("谁决定的", by), field("为什么撤销", reason), el("button", {class: "main"}, "撤销")));
      return el("article", {class: "card"}, el("h3", {}, one.did + "：" + one.name), one.text ? el("p", {}, one.text) : null, one.note ? el("p", {class: "warn"}, one.note) : null,
        el("dl", {}, row("谁", one.by), row("为什么", one.reason), row("什么时候", one.at), row("到", one.until)),
        el("div", {class: "acts"}, el("button", {type: "button", "aria-label": "撤销 " + one.did + " " + one.name, on: {click: () => { box.hidden = !box.hidden; if (!box.hidden) by.focus(); }}}, "撤销……")), box);
    }));
}
onShow["tab-live"] = () => run(null, loadLive);
$("live-again").addEventListener("click", event => run(event.currentTarget, async () => { await loadLive(); tell("刷新好了。"); }));
$("live-form").addEventListener("submit", event => {
  event.preventDefault();
  run(event.submitter, async () => {
    const action = $("live-action").value, of = id => $(id).closest("label").hidden ? "" : $(id).value;
    const done = await call("live/do", {
      action, name: action === "notice" ? $("live-notice").value : chosen(of("live-name")), by: $("live-by").value, reason: $("live-reason").value,
      text: of("live-text"), until: of("live-until"), topics: of("live-topics"), role: of("live-role"), author: of("live-author"), second: of("live-second"),
    });
    who = $("live-by").value;
    await loadLive();
    for (const id of ["live-name", "live-notice", "live-text", "live-reason"]) $(id).value = "";
    tell(done.done);
  });
});

/* ── start ── */
run(null, async () => {
  house = await call("start");
  $("bank").textContent = house.bank;
  fill($("copy-channel"), Object.entries(house.channels).map(([value, title]) => el("option", {value}, title)));
  fill($("copy-asked"), Object.entries(house.categories).map(([value, title]) => el("label", {}, el("input", {type: "checkbox", value}), title)));
  fill($("live-names"), house.names.map(one => el("option", {value: one.title ? one.title + SEP + one.name : one.name})));
  shape();
  document.body.dataset.ready = "yes";
});
