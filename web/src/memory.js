// What survives a reload: this tab's conversation, in the tab's own storage, without secrets.
const KEY = "fuhe-mascot/1";
const MOST = 50;

/** Digits by fours or more, however they are spaced or written, and anything beside a word for a secret. */
export function redact(text) {
  const plain = text.normalize("NFKC");
  if (/密码|口令|验证码|校验码|动态码|cvv|cvc|安全码/i.test(plain) && /[0-9a-z]/i.test(plain)) return "（这条里有不该留下的内容，没有保存）";
  return plain.replace(/[0-9零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖](?:[\s\-._·,，]*[0-9xX零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖]){3,}/g, "****");
}

export function load() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY));
    if (kept && typeof kept.sender === "string" && Array.isArray(kept.messages)) return kept;
  } catch {
    // Storage is off or was tampered with: a new conversation.
  }
  return null;
}

export function save(state) {
  const messages = state.messages.slice(-MOST).map((m) => {
    if (m.from !== "me") return m;
    const lost = m.status === "waiting" ? { status: "failed", problem: "没等到回答，可以再说一次。" } : {};
    return { ...m, ...lost, text: redact(m.text), payload: undefined };
  });
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ ...state, messages }));
  } catch {
    // Full or off: the conversation goes on, it is only not remembered.
  }
}

export function unguessable() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
}
