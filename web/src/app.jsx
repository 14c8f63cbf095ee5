// The conversation: what was said, what is on its way, and what did not get through.
import { useCallback, useEffect, useRef, useState } from "react";
import { Button } from "@chatui/core/es/components/Button";
import { ConfigProvider } from "@chatui/core/es/components/ConfigProvider";
import { Input } from "@chatui/core/es/components/Input";
import { Typing } from "@chatui/core/es/components/Typing";
import { Avatar, Said } from "./bubble.jsx";
import { Chooser } from "./chooser.jsx";
import { load, save, unguessable } from "./memory.js";
import { say } from "./rest.js";

const SLOW = 5000; // ms until the page says that it takes long
const MOST = 2000; // characters of one message
const STARTERS = ["卡丢了怎么办", "有人催我转账", "提前还房贷", "讲个笑话"];
const HUMAN = "转人工";

export function App({ house, asked }) {
  const [kept] = useState(load);
  const first = house.mascots.find((m) => m.id === asked.get("mascot"))?.id || house.mascot;
  const [sender] = useState(() => kept?.sender || unguessable());
  // The page's wish counts when it is a new one; after that, who spoke last goes on.
  const [mascot, setMascot] = useState(kept && kept.asked === first ? kept.mascot : first);
  const [elder, setElder] = useState(kept ? Boolean(kept.elder) : asked.get("mode") === "elder");
  const [messages, setMessages] = useState(kept?.messages || []);
  const [busy, setBusy] = useState(0);
  const [slow, setSlow] = useState(false);
  const [online, setOnline] = useState(navigator.onLine);
  const [text, setText] = useState("");
  const [choosing, setChoosing] = useState(false);
  const line = useRef(Promise.resolve()); // one message after another: their order is the customer's
  const embedded = asked.get("embedded") === "1";
  const now = useRef({});
  now.current = { mascot, elder };
  const log = useRef(null);
  const input = useRef(null);
  const me = house.mascots.find((m) => m.id === mascot) || house.mascots[0];

  useEffect(() => save({ sender, asked: first, mascot, elder, messages }), [sender, first, mascot, elder, messages]);
  useEffect(() => {
    if (embedded) parent.postMessage("fuhe-mascot:ready", "*");
  }, [embedded]);
  useEffect(() => {
    const changed = () => setOnline(navigator.onLine);
    addEventListener("online", changed);
    addEventListener("offline", changed);
    return () => { removeEventListener("online", changed); removeEventListener("offline", changed); };
  }, []);
  useEffect(() => {
    const style = document.documentElement.style;
    for (const [name, value] of Object.entries(me.palette)) style.setProperty(`--${name}`, value);
  }, [me]);
  useEffect(() => {
    // A long answer is read from its beginning: the customer's last words go to the top, not the answer's end to the bottom.
    const mine = log.current?.querySelectorAll(".Row--me");
    if (mine?.length) log.current.scrollTop = mine[mine.length - 1].offsetTop - log.current.offsetTop - 8;
  }, [messages, busy]);

  const deliver = useCallback((id, payload) => {
    setBusy((n) => n + 1);
    line.current = line.current.then(async () => {
      const timer = setTimeout(() => setSlow(true), SLOW);
      try {
        const { bubbles, staff } = await say({ sender, message: payload, id, ...now.current });
        const said = bubbles.filter((b) => typeof b.text === "string" && b.text.trim()).map((b, n) => ({
          id: `${id}.${n}`, from: "bot", text: b.text,
          meta: b.meta || { options: (b.buttons || []).map((x, i) => ({ n: i + 1, title: x.title, payload: x.payload })) },
        }));
        if (!said.length && staff) said.push({ id: `${id}.0`, from: "note", text: "已经送到同事那里。他回了以后，你再发一句就能看到。" });
        const who = said.length && said[said.length - 1].meta?.mascot;
        if (who) setMascot(who);
        setMessages((all) => [...all.map((m) => (m.id === id ? { ...m, status: "sent", problem: undefined } : m)), ...said]);
      } catch (failure) {
        setMessages((all) => all.map((m) => (m.id === id ? { ...m, status: "failed", problem: failure.message } : m)));
      } finally {
        clearTimeout(timer);
        setSlow(false);
        setBusy((n) => n - 1);
      }
    });
  }, [sender]);

  const send = (words, payload = words) => {
    if (!words.trim()) return;
    const id = unguessable();
    setMessages((all) => [...all, { id, from: "me", text: words, payload, status: "waiting" }]);
    deliver(id, payload);
  };
  const retry = (id) => {
    const again = messages.find((m) => m.id === id);
    if (!again || again.payload === undefined) return;
    setMessages((all) => all.map((m) => (m.id === id ? { ...m, status: "waiting" } : m)));
    deliver(id, again.payload);
  };
  const submit = (event) => {
    event.preventDefault();
    send(text);
    setText("");
    input.current?.focus();
  };
  const keys = (event) => {
    // While an input method is composing, Enter picks a word.
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing && event.keyCode !== 229) submit(event);
  };
  const choose = (other) => {
    setChoosing(false);
    if (other.id !== mascot) { setMascot(other.id); send(`换${other.name}来`); }
    input.current?.focus();
  };
  const close = () => parent.postMessage("fuhe-mascot:close", "*");

  return (
    <ConfigProvider locale="zh-CN" elderMode={elder}>
      <div className="App" data-elder={elder || undefined} onKeyDown={(e) => e.key === "Escape" && embedded && !choosing && close()}>
        <header className="Top">
          <button type="button" className="Top-who" onClick={() => setChoosing(true)} aria-haspopup="dialog" aria-label={`现在是${me.name}，换一位`}>
            <Avatar mascot={me} mood={me.neutral} size="top" />
            <span className="Top-names"><b>{me.name}</b><small>{house.bank} · 点这里换一位</small></span>
          </button>
          <button type="button" role="switch" aria-checked={elder} className="Top-elder" onClick={() => setElder(!elder)}>大字</button>
          {embedded && <button type="button" className="Top-close" aria-label="收起聊天窗口" onClick={close}>×</button>}
          <p className="Label">AI助手，不是真人 · 回答由人工智能生成{messages.some((m) => m.meta?.speaker === "staff") && "（标「人工」的除外）"}</p>
        </header>
        {!online && <p className="Offline" role="status">现在没有网络。急事请拨 <a href={`tel:${house.hotline}`}>{house.hotline}</a>。</p>}
        <main className="Log" ref={log} tabIndex={-1}>
          {messages.length === 0 && (
            <div className="Empty">
              <Avatar mascot={me} mood={me.moods[0]} size="hero" />
              <p>{me.name}在。卡、账单、转账、防骗，都可以问；密码和验证码别发。</p>
              <ul className="Picks">{STARTERS.map((s) => <li key={s}><button type="button" className="Pick" onClick={() => send(s)}>{s}</button></li>)}</ul>
            </div>
          )}
          <ol role="log" aria-label="对话" aria-live="polite" aria-relevant="additions">
            {messages.map((m) => <Said key={m.id} message={m} mascots={house.mascots} onPick={(o) => send(o.title, o.payload)} onRetry={retry} />)}
          </ol>
          {busy > 0 && <div className="Wait"><Avatar mascot={me} mood={me.neutral} size="row" /><Typing /></div>}
          <p className="Slow" role="status">{slow ? "还在等回答，网有点慢。" : ""}</p>
        </main>
        <footer className="Bottom">
          <div className="Help">
            <button type="button" className="Help-human" onClick={() => send(HUMAN)}>{HUMAN}</button>
            <a className="Help-call" href={`tel:${house.hotline}`}>拨{house.hotline}</a>
          </div>
          <form className="Write" onSubmit={submit}>
            <Input ref={input} autoSize rows={1} maxRows={4} maxLength={MOST} showCount={false} value={text} onChange={setText} onKeyDown={keys}
              aria-label="说点什么" placeholder="说点什么" enterKeyHint="send" />
            <Button type="submit" color="primary" disabled={!text.trim()}>发送</Button>
          </form>
        </footer>
        {choosing && <Chooser mascots={house.mascots} current={mascot} onChoose={choose} onClose={() => setChoosing(false)} />}
      </div>
    </ConfigProvider>
  );
}
