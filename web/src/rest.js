// The REST channel. The address is relative, so that the page works behind any path of a gateway.
const WEBHOOK = "../webhooks/rest/webhook";
const PATIENCE = 30000; // ms
const PAUSE = 5000; // ms between two tries while the gateway says that the server is being replaced

export class Failure extends Error {
  constructor(kind, words) {
    super(words);
    this.kind = kind; // offline | slow | refused | broken
  }
}

/** Send one message; a retry passes the same `id`, so that the server can tell it from a second message. */
export async function say({ sender, message, id, mascot, elder }) {
  const metadata = { rich: true, message_id: id, mascot };
  if (elder) metadata.mode = "elder";
  const stop = new AbortController();
  const until = Date.now() + PATIENCE;
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  const ask = () => fetch(WEBHOOK, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ sender, message, metadata }),
    signal: stop.signal,
    credentials: "same-origin",
    referrerPolicy: "no-referrer",
  });
  try {
    let answer = await ask();
    while (answer.status === 503 && Date.now() + PAUSE < until) {
      await new Promise((later) => setTimeout(later, PAUSE));
      answer = await ask(); // the same id: it is one message however often it is sent
    }
    const data = await answer.json().catch(() => null);
    if (answer.ok && Array.isArray(data)) {
      return { bubbles: data, staff: answer.headers.get("X-Mascot-Speaker") === "staff" };
    }
    if ((answer.status === 503 || (answer.status >= 400 && answer.status < 500)) && typeof data?.message === "string") {
      throw new Failure("refused", data.message);
    }
    throw new Failure("broken", "这边出了点状况，这条没办成。");
  } catch (error) {
    if (error instanceof Failure) throw error;
    if (error.name === "AbortError") throw new Failure("slow", "等了 30 秒还没回音。");
    throw new Failure("offline", "没连上，这条还没发出去。");
  } finally {
    clearTimeout(timer);
  }
}
