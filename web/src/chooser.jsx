// Who speaks. The choice is said in the conversation, so that it stays the customer's own.
import { useEffect, useRef } from "react";
import { Avatar } from "./bubble.jsx";

export function Chooser({ mascots, current, onChoose, onClose }) {
  const box = useRef(null);
  useEffect(() => {
    const dialog = box.current;
    dialog.showModal();
    return () => dialog.open && dialog.close();
  }, []);
  return (
    <dialog ref={box} className="Chooser" aria-labelledby="chooser-title" onClose={onClose} onClick={(e) => e.target === box.current && onClose()}>
      <h2 id="chooser-title">换谁来说</h2>
      <ul>
        {mascots.map((m) => (
          <li key={m.id}>
            <button type="button" aria-current={m.id === current ? "true" : undefined} onClick={() => onChoose(m)}>
              <Avatar mascot={m} mood={m.neutral} size="pick" />
              <span className="Chooser-name">{m.name}</span>
              <span className="Chooser-duty">{m.duty}</span>
            </button>
          </li>
        ))}
      </ul>
      <button type="button" className="Chooser-close" onClick={onClose}>不换了</button>
    </dialog>
  );
}
