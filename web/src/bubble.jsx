// One message. Everything that came over the wire is put in as text.
import { Bubble } from "@chatui/core/es/components/Bubble";

const TEL = /^\+?[0-9A-Z]{3,20}$/;

export function Avatar({ mascot, mood, size }) {
  if (!mascot?.avatar) {
    return <span className={`Face Face--letter Face--${size}`} aria-hidden="true">{(mascot?.name || "AI").slice(0, 1)}</span>;
  }
  const name = mascot.moods.includes(mood) ? mood : mascot.neutral;
  return (
    <svg className={`Face Face--${size}`} aria-hidden="true" focusable="false" data-mood={name}>
      <use href={`${mascot.avatar}#${encodeURIComponent(name)}`} />
    </svg>
  );
}

/** The answer, and the disclosures that end it: a footer of the same bubble, open at all times. */
export function split(text, disclosures) {
  const points = Array.from(text); // offsets count code points
  let cut = points.length;
  for (const d of [...(disclosures || [])].sort((a, b) => b.start - a.start)) {
    const between = points.slice(d.end, cut).join("");
    if (d.start < 1 || between.trim() || points[d.start - 1] !== "\n") break;
    cut = d.start;
  }
  return { body: points.slice(0, cut).join("").trimEnd(), footer: points.slice(cut).join("").trim() };
}

export function Said({ message, mascots, onPick, onRetry }) {
  const mine = message.from === "me";
  if (mine) {
    return (
      <li className="Row Row--me" data-status={message.status}>
        <div className="Row-inner">
          <span className="Hidden">你说：</span>
          <Bubble className="Bubble text Bub"><p>{message.text}</p></Bubble>
          {message.status === "failed" && (
            <div className="Row-failed" role="alert">
              <span>{message.problem || "这条还没发出去。"}</span>
              {message.payload !== undefined && <button type="button" onClick={() => onRetry(message.id)}>重试</button>}
            </div>
          )}
        </div>
      </li>
    );
  }
  if (message.from === "note") return <li className="Row Row--note"><p>{message.text}</p></li>;
  const meta = message.meta || {};
  const staff = meta.speaker === "staff";
  const mascot = mascots.find((m) => m.id === meta.mascot) || mascots[0];
  const { body, footer } = split(message.text, meta.disclosures);
  const who = staff ? meta.name || "工作人员" : mascot?.name || "助手";
  return (
    <li className={`Row Row--${staff ? "staff" : "bot"}`} data-tone={meta.tone} data-sober={meta.sober || undefined}>
      {staff ? <span className="Face Face--letter Face--row" aria-hidden="true">人</span> : <Avatar mascot={mascot} mood={meta.mood} size="row" />}
      <div className="Row-inner">
        <div className="Row-who">{who}<span className="Row-kind">{staff ? "人工" : "AI"}</span>{meta.ticket && <span className="Ticket">工单 {meta.ticket}</span>}</div>
        <Bubble className="Bubble text Bub">
          <p>{body}</p>
          {footer && <footer className="Disclosures" aria-label="风险提示与说明">{footer}</footer>}
        </Bubble>
        {meta.actions?.length > 0 && (
          <ul className="Acts">
            {meta.actions.map((a) => {
              const href = a.type === "call" && TEL.test(a.value) ? `tel:${a.value}` : a.type === "link" && a.value.startsWith("https://") ? a.value : null;
              return href && (
                <li key={a.value}>
                  <a className={`Act Act--${a.type}`} href={href} {...(a.type === "link" ? { target: "_blank", rel: "noopener noreferrer" } : {})}>{a.label}</a>
                </li>
              );
            })}
          </ul>
        )}
        {meta.options?.length > 0 && (
          <ul className="Picks" aria-label="可以直接点">
            {meta.options.map((o) => (
              <li key={o.n}><button type="button" className="Pick" onClick={() => onPick(o)}>{o.title}</button></li>
            ))}
          </ul>
        )}
      </div>
    </li>
  );
}
