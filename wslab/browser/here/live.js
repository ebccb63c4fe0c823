// A table that fills while traffic passes, in the page that shows a notebook. The rows come from a capture in the kernel,
// many times a second at most; the bytes of a row come when it is chosen.

function wslabLive(element, ask) {
  const MOST_KEPT = 5000, MOST_SHOWN = 300;
  const COLUMNS = ["#", "connection", "ms", "direction", "kind", "bytes", "content", "what it means"];
  const rows = []; // the newest, whether they are shown or not
  let left = 0, came = 0, paused = false, gone = false, chosen = null;

  const make = (tag, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };
  const select = (label, ...options) => {
    const made = make("select", {}, ...options.map(([value, text]) => make("option", { value, textContent: text })));
    made.onchange = () => draw();
    return { made, field: make("label", {}, `${label} `, made) };
  };
  const text = make("input", { size: 14, type: "search", oninput: () => draw() });
  const direction = select("Direction", ["", "both"], ["up", "client → server"], ["down", "client ← server"]);
  const kind = select("Kind", ["", "all"]);
  const kinds = new Set();
  const pause = make("button", { type: "button", textContent: "Pause" });
  const count = make("output");
  const body = make("tbody");
  const head = make("thead", {}, make("tr", {}, ...COLUMNS.map((name) => make("th", { textContent: name, scope: "col" }))));
  const table = make("table", {}, make("caption", { textContent: "Live: each message and frame as it passes" }), head, body);
  const list = make("div", { className: "wslab-live-list", tabIndex: 0 }, table);
  list.setAttribute("role", "region");
  list.setAttribute("aria-label", "Live traffic");
  const bytes = make("div", { className: "wslab-live-bytes" });
  bytes.setAttribute("aria-live", "polite");

  const fits = (row) => {
    if (direction.made.value && row.direction !== direction.made.value) return false;
    if (kind.made.value && row.kind !== kind.made.value) return false;
    const wanted = text.value.toLowerCase();
    return !wanted || row.cells.slice(-2).some((cell) => cell.toLowerCase().includes(wanted));
  };
  const choose = (row, line) => {
    chosen = row.id;
    for (const other of body.rows) other.removeAttribute("aria-selected");
    line.setAttribute("aria-selected", "true");
    bytes.textContent = "…";
    ask({ id: row.id });
  };
  const drawn = (row) => {
    const line = make("tr", { tabIndex: -1 }, ...row.cells.map((cell) => make("td", { textContent: cell })));
    line.dataset.id = row.id;
    line.dataset.direction = row.direction;
    if (row.wrong) line.className = "wslab-live-wrong";
    if (row.id === chosen) line.setAttribute("aria-selected", "true");
    line.onclick = () => choose(row, line);
    return line;
  };
  const tell = () => {
    const parts = [`${came.toLocaleString()} rows`];
    if (left) parts.push(`${left.toLocaleString()} of them passed too fast and are not shown`);
    if (paused) parts.push("paused");
    if (gone) parts.push("the capture is closed");
    count.textContent = parts.join(" · ");
  };
  const draw = () => {
    body.replaceChildren(...rows.filter(fits).slice(-MOST_SHOWN).map(drawn));
    list.scrollTop = list.scrollHeight;
    tell();
  };
  const add = ({ fresh, skipped }) => {
    came += fresh.length + skipped;
    left += skipped;
    rows.push(...fresh);
    rows.splice(0, Math.max(0, rows.length - MOST_KEPT));
    for (const row of fresh) {
      if (kinds.has(row.kind)) continue;
      kinds.add(row.kind);
      kind.made.append(make("option", { value: row.kind, textContent: row.kind }));
    }
    if (paused) return tell();
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
    body.append(...fresh.filter(fits).slice(-MOST_SHOWN).map(drawn));
    while (body.rows.length > MOST_SHOWN) body.rows[0].remove();
    if (atEnd) list.scrollTop = list.scrollHeight;
    tell();
  };
  pause.onclick = () => {
    paused = !paused;
    pause.textContent = paused ? "Go on" : "Pause";
    if (paused) tell();
    else draw();
  };
  // Arrows walk through the rows, Enter shows the bytes.
  list.onkeydown = (event) => {
    const lines = [...body.rows], place = lines.indexOf(document.activeElement);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const next = place < 0 ? lines.at(-1) : lines[place + (event.key === "ArrowDown" ? 1 : -1)];
      next?.focus();
      event.preventDefault();
    } else if (event.key === "Enter" && place >= 0) {
      lines[place].click();
    } else {
      return;
    }
    event.stopPropagation(); // JupyterLab would move to another cell
  };
  for (const input of [text, direction.made, kind.made]) input.onkeydown = (event) => event.stopPropagation();

  const style = make("style", {
    textContent: `
    .wslab-live { border: 1px solid var(--jp-border-color1, #999); border-radius: 4px; padding: 8px }
    .wslab-live-row { display: flex; flex-wrap: wrap; gap: 6px 12px; align-items: center; margin-bottom: 6px }
    .wslab-live :is(button, input, select) { font: inherit; color: inherit; padding: 2px 8px; border-radius: 3px;
      border: 1px solid var(--jp-border-color0, #777); background: var(--jp-layout-color1, transparent) }
    .wslab-live button { background: var(--jp-layout-color2, #ddd); cursor: pointer }
    .wslab-live :focus-visible { outline: 2px solid var(--jp-brand-color1, #1976d2); outline-offset: -2px }
    .wslab-live-list { height: 18em; overflow: auto; border: 1px solid var(--jp-border-color2, #bbb) }
    .wslab-live .wslab-live-list table { margin: 0; font-size: 90%; width: 100%; table-layout: auto }
    .wslab-live caption { position: absolute; clip-path: inset(50%) }
    .wslab-live thead { position: sticky; top: 0; background: var(--jp-layout-color2, #eee) }
    .wslab-live .wslab-live-list :is(td, th) { text-align: left; vertical-align: top; padding: 1px 6px; white-space: nowrap }
    .wslab-live .wslab-live-list td:nth-child(7) { font-family: var(--jp-code-font-family, monospace) }
    .wslab-live .wslab-live-list :is(td:nth-child(7), td:nth-child(8)) { white-space: pre-wrap; overflow-wrap: anywhere; min-width: 10em }
    .wslab-live tbody tr { cursor: pointer }
    .wslab-live tr[data-direction="up"] td:nth-child(4) { color: var(--jp-info-color0, #0b5394) }
    .wslab-live tr[aria-selected] { outline: 2px solid var(--jp-brand-color1, #1976d2); outline-offset: -2px }
    .wslab-live .wslab-live-wrong td:last-child { font-weight: bold }
    .wslab-live-bytes:not(:empty) { margin-top: 8px; max-height: 24em; overflow: auto }`,
  });
  const panel = make(
    "div",
    { className: "wslab-live" },
    style,
    make("div", { className: "wslab-live-row" }, pause, make("label", {}, "Text ", text), direction.field, kind.field, count),
    list,
    bytes,
  );
  panel.setAttribute("role", "group");
  panel.setAttribute("aria-label", "Live traffic of a capture");
  element.replaceChildren(panel);
  tell();

  return {
    // From the kernel: rows, or the bytes of one, as HTML that wslab.show has made.
    wire: (news) => {
      if (news.reset) {
        rows.length = left = came = 0;
        draw();
      } else if (news.html === undefined) add(news);
      else if (news.id === chosen) bytes.innerHTML = news.html;
    },
    kernelGone: () => {
      gone = true;
      pause.disabled = true;
      tell();
    },
    close: () => {},
  };
}
