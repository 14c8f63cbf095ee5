// <script src="https://…/web/widget.js" data-mascot="xiaofumiao" defer></script>
// A button in the corner that opens the chat in a frame of its own origin: the host page's scripts and styles do not reach it.
(() => {
  "use strict";
  const script = document.currentScript;
  if (!script || customElements.get("fuhe-mascot")) return;
  const base = new URL("./", script.src);
  const STYLE = `
    :host { all: initial; position: fixed; z-index: 2147483000; right: 20px; bottom: 20px; font: 16px/1.5 system-ui, sans-serif; }
    :host([data-side="left"]) { right: auto; left: 20px; }
    button { width: 68px; height: 68px; padding: 0; border: 2px solid #fff; border-radius: 50%; background: #f6efe6; box-shadow: 0 4px 16px rgb(0 0 0 / .28); cursor: pointer; overflow: hidden; }
    button:focus-visible { outline: 3px solid #2f7de1; outline-offset: 3px; }
    img { display: block; box-sizing: border-box; width: 100%; height: 100%; padding: 5px; }
    span { position: absolute; right: 0; bottom: 0; padding: 0 6px; border-radius: 8px; background: #23201d; color: #fff; font-size: 12px; line-height: 18px; pointer-events: none; }
    .shut { position: fixed; z-index: 1; top: max(28px, calc(100vh - 692px)); right: 28px; width: 44px; height: 44px; border: 1px solid #8a847c; background: #fff; color: #23201d; font-size: 22px; line-height: 1; box-shadow: none; }
    :host([data-side="left"]) .shut { right: auto; left: 368px; }
    iframe { position: fixed; right: 20px; bottom: 20px; width: 400px; height: min(680px, calc(100vh - 40px)); border: 0; border-radius: 18px; background: #f7f5f1; box-shadow: 0 8px 40px rgb(0 0 0 / .32); color-scheme: light dark; }
    :host([data-side="left"]) iframe { right: auto; left: 20px; }
    @media (max-width: 520px) {
      iframe { inset: 0 !important; width: 100vw; height: 100%; border-radius: 0; }
      .shut, :host([data-side="left"]) .shut { top: 8px; right: 8px; left: auto; }
    }
    [hidden] { display: none !important; }`;

  class FuheMascot extends HTMLElement {
    connectedCallback() {
      const root = this.attachShadow({ mode: "open" });
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      root.adoptedStyleSheets = [sheet];
      this.button = document.createElement("button");
      this.button.type = "button";
      this.button.setAttribute("aria-label", "打开AI助手");
      this.button.setAttribute("aria-expanded", "false");
      const face = document.createElement("img");
      face.src = new URL(`avatars/${encodeURIComponent(this.dataset.mascot || "default")}.svg`, base);
      face.alt = "";
      face.addEventListener("error", () => face.remove()); // a mascot without a drawing: the button still says AI
      const label = document.createElement("span");
      label.textContent = "AI";
      label.setAttribute("aria-hidden", "true");
      this.button.append(face);
      this.button.addEventListener("click", () => this.open());
      // A chat that does not come (the server is away, this site is not allowed) must not hold the host page covered.
      this.shut = document.createElement("button");
      this.shut.type = "button";
      this.shut.className = "shut";
      this.shut.textContent = "×";
      this.shut.hidden = true;
      this.shut.setAttribute("aria-label", "收起聊天窗口");
      this.shut.addEventListener("click", () => this.close());
      root.append(this.button, label, this.shut);
      this.label = label;
      this.root = root;
      addEventListener("message", (event) => {
        if (!this.frame || event.source !== this.frame.contentWindow || event.origin !== base.origin) return;
        if (event.data === "fuhe-mascot:close") this.close();
        if (event.data === "fuhe-mascot:ready") {
          this.ready = true; // it has a way to close of its own
          this.shut.hidden = true;
        }
      });
      if (this.dataset.open === "true") this.open();
    }

    open() {
      if (!this.frame) {
        this.frame = document.createElement("iframe");
        const address = new URL("chat.html", base);
        address.search = new URLSearchParams({ embedded: "1" });
        for (const key of ["mascot", "mode"]) if (this.dataset[key]) address.searchParams.set(key, this.dataset[key]);
        this.frame.src = address;
        this.frame.title = "AI助手聊天窗口";
        this.frame.referrerPolicy = "no-referrer";
        this.root.append(this.frame);
      }
      this.show(true);
      this.frame.focus();
    }

    close() {
      this.show(false);
      if (!this.ready) {
        this.frame.remove(); // the next click tries again
        this.frame = null;
      }
      this.button.focus();
    }

    show(open) {
      this.frame.hidden = !open;
      this.shut.hidden = !open || Boolean(this.ready);
      this.button.hidden = this.label.hidden = open;
      this.button.setAttribute("aria-expanded", String(open));
    }
  }
  customElements.define("fuhe-mascot", FuheMascot);

  const place = () => {
    const element = document.createElement("fuhe-mascot");
    for (const key of ["mascot", "open", "mode", "side"]) if (script.dataset[key]) element.dataset[key] = script.dataset[key];
    document.body.append(element);
    document.addEventListener("click", (event) => {
      if (event.target.closest?.("[data-open-mascot]")) element.open();
    });
  };
  if (document.body) place();
  else addEventListener("DOMContentLoaded", place);
})();
