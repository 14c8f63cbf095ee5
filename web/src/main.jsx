import { createRoot } from "react-dom/client";
import { App } from "./app.jsx";
import "@chatui/core/dist/index.css";
import "./chat.css";

const asked = new URLSearchParams(location.search);
const root = document.getElementById("chat");

fetch("mascots.json", { credentials: "same-origin" })
  .then((answer) => answer.json())
  .then((house) => {
    document.title = `${house.bank} · AI助手`;
    createRoot(root).render(<App house={house} asked={asked} />);
  })
  .catch(() => {
    root.textContent = "聊天窗口没打开。刷新一下，或者拨本行客服热线。";
  });
