// A WebSocket to be driven by hand, in the page that shows a notebook. What it shows comes from this browser's own
// WebSocket; the bytes come from the capture in the kernel.

function wslabPanel(element, url, proxied) {
  const STATES = ["CONNECTING", "OPEN", "CLOSING", "CLOSED"];
  const MOST_ROWS = 200;
  let socket = null;
  let gone = false; // the kernel's servers

  const make = (tag, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };
  const button = (text, onclick) => make("button", { type: "button", textContent: text, onclick });
  const field = (label, input) => make("label", {}, `${label} `, input);
  const scroller = (label) => {
    const body = make("tbody");
    const box = make("div", { className: "wslab-panel-list", tabIndex: 0 }, make("table", {}, body));
    box.setAttribute("role", "log"); // new rows are read aloud, and can be scrolled to by keyboard
    box.setAttribute("aria-label", label);
    return { box, body };
  };
  const add = ({ box, body }, ...cells) => {
    body.append(make("tr", {}, ...cells.map((text) => make("td", { textContent: text }))));
    while (body.rows.length > MOST_ROWS) body.rows[0].remove();
    box.scrollTop = box.scrollHeight;
  };

  const text = make("input", { value: "hello", size: 16 });
  const bytes = make("input", { value: "01 02 ff", size: 12, title: "bytes in hexadecimal" });
  const code = make("input", { value: "1000", size: 5, inputMode: "numeric" });
  const reason = make("input", { value: "done", size: 10 });
  const state = make("output", { className: "wslab-panel-state" });
  const events = scroller("events");
  const wire = scroller("bytes on the wire");

  const show = () => {
    if (gone) return;
    const number = socket ? socket.readyState : null;
    const amount = socket ? ` · bufferedAmount ${socket.bufferedAmount}` : "";
    state.textContent = socket ? `readyState ${number}, ${STATES[number]}${amount}` : "no WebSocket yet";
    state.dataset.state = number ?? "";
  };
  const note = (name, details = "") => {
    add(events, name, socket ? `${socket.readyState} ${STATES[socket.readyState]}` : "", details);
    show();
  };
  const quoted = (text, most) => JSON.stringify(text.length > most ? `${text.slice(0, most)}…` : text);
  const described = (data) => {
    if (typeof data === "string") return quoted(data, 60);
    return `ArrayBuffer(${data.byteLength}) ${hex(data)}`;
  };
  const hex = (buffer) => [...new Uint8Array(buffer, 0, Math.min(16, buffer.byteLength))].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  // A call, and what it throws.
  const attempt = (name, call) => {
    if (!socket) return note(name, "no WebSocket yet: connect first");
    try {
      call();
      note(name);
    } catch (error) {
      note(name, `throws ${error.name}: ${error.message}`);
    }
  };

  const connect = () => {
    socket?.close();
    const mine = (socket = new WebSocket(url));
    mine.binaryType = "arraybuffer";
    note("new WebSocket(url)");
    const on = (type, details) =>
      mine.addEventListener(type, (event) => {
        if (socket === mine) note(type, details(event));
      });
    on("open", () => (mine.protocol ? `protocol ${mine.protocol}` : ""));
    on("message", (event) => described(event.data));
    on("error", () => "");
    on("close", (event) => `code ${event.code}, reason ${JSON.stringify(event.reason)}, wasClean ${event.wasClean}`);
  };
  const sendText = () => attempt(`send(${quoted(text.value, 16)})`, () => socket.send(text.value));
  const sendBytes = () => {
    const digits = bytes.value.replace(/\s+/g, "");
    if (!/^([0-9a-f]{2})*$/i.test(digits)) return note("send(bytes)", "not sent: write bytes as pairs of 0 to 9 and a to f");
    const data = Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
    attempt(`send(${data.length} bytes)`, () => socket.send(data));
  };
  const close = () => {
    const args = code.value.trim() === "" ? [] : [Number(code.value), reason.value];
    attempt(`close(${args.map((arg) => (typeof arg === "string" ? quoted(arg, 10) : arg)).join(", ")})`, () => socket.close(...args));
  };
  // Enter does what the button beside a field does.
  const entering = (input, action) =>
    (input.onkeydown = (event) => {
      if (event.key === "Enter") action();
    });
  entering(text, sendText);
  entering(bytes, sendBytes);
  entering(code, close);
  entering(reason, close);

  const style = make("style", {
    textContent: `
    .wslab-panel { border: 1px solid var(--jp-border-color1, #999); border-radius: 4px; padding: 8px; max-width: 60em }
    .wslab-panel-row { display: flex; flex-wrap: wrap; gap: 6px 12px; align-items: center; margin-bottom: 6px }
    .wslab-panel button, .wslab-panel input { font: inherit; color: inherit; padding: 2px 8px; border-radius: 3px;
      border: 1px solid var(--jp-border-color0, #777); background: var(--jp-layout-color1, transparent) }
    .wslab-panel :disabled { opacity: 0.5; cursor: default }
    .wslab-panel button { background: var(--jp-layout-color2, #ddd); cursor: pointer }
    .wslab-panel :is(button, input, .wslab-panel-list):focus-visible { outline: 2px solid var(--jp-brand-color1, #1976d2); outline-offset: 1px }
    .wslab-panel-state { font-weight: bold }
    .wslab-panel-lists { display: grid; grid-template-columns: repeat(auto-fit, minmax(20em, 1fr)); gap: 8px }
    .wslab-panel-list { height: 12em; overflow: auto; border: 1px solid var(--jp-border-color2, #bbb) }
    .wslab-panel .wslab-panel-list table { margin: 0; font-size: 90% }
    .wslab-panel .wslab-panel-list td { text-align: left; vertical-align: top; white-space: nowrap; padding: 1px 6px }
    .wslab-panel .wslab-panel-list td:last-child { white-space: pre-wrap; overflow-wrap: anywhere; width: 100%; min-width: 10em }
    .wslab-panel h4 { margin: 4px 0 }`,
  });
  const row = (...children) => make("div", { className: "wslab-panel-row" }, ...children);
  const list = (title, { box }) => make("section", {}, make("h4", { textContent: title }), box);
  const panel = make(
    "div",
    { className: "wslab-panel" },
    style,
    row(button("Connect", connect), state),
    row(field("Text", text), button("Send text", sendText), field("Bytes", bytes), button("Send bytes", sendBytes)),
    row(field("Code", code), field("Reason", reason), button("Close", close)),
    make("div", { className: "wslab-panel-lists" }, list("Events and calls", events), list("Bytes on the wire", wire)),
  );
  if (proxied) {
    const words = "This page reaches the kernel through JupyterLab's proxy. It has WebSockets of its own to the server, and changes some close codes: the bytes are the proxy's.";
    panel.append(make("p", { textContent: words }));
  }
  panel.setAttribute("role", "group");
  panel.setAttribute("aria-label", "A WebSocket to drive by hand");
  element.replaceChildren(panel);
  show();
  const timer = setInterval(() => socket && show(), 250); // bufferedAmount has no event

  return {
    wire: (lines) => lines.forEach(([direction, what, shown]) => add(wire, direction, what, shown)),
    kernelGone: () => {
      gone = true;
      clearInterval(timer);
      for (const part of panel.querySelectorAll("button, input")) part.disabled = true;
      state.textContent = "The server is closed: run the cells above again, then this one.";
    },
    close: () => {
      clearInterval(timer);
      socket?.close();
      socket = null;
    },
  };
}
