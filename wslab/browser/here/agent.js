// Runs in the page that shows a notebook, and does what the notebook's kernel asks for.
//
// The kernel puts this script into an output of the cell that runs, with a number for the occasion: that is how it knows
// which page, of all that may show the notebook, is the one to talk to. The script reports over a WebSocket to a server
// in the kernel, since the messages of Jupyter's own widgets wait until the cell is over.
//
//   page to kernel     {type: "hello", token, browser, proxied}    {type: "here", job}
//                      {type: "rows", job, rows}             {type: "failed", job, name, message}
//                      {type: "want", key}                   an island has appeared
//                      {type: "ask", key, ...}               a panel wants something
//   kernel to page     {type: "run", job, lines, url}        {type: "island", key, content}
//                      {type: "wire", key, lines}            bytes that went past, for a panel
//
// An island is an element of class wslab-island: its stored content is for readers without a live kernel, and gives way
// to what the kernel has for its key. Nothing of that is stored in the notebook.

function wslabAgent(config) {
  const LOCAL = ["127.0.0.1", "localhost", "[::1]"].includes(location.hostname);
  const script = document.currentScript;

  const jupyterBase = () => {
    const element = document.getElementById("jupyter-config-data");
    const base = element && JSON.parse(element.textContent).baseUrl;
    return base ? `${base.replace(/\/*$/, "")}/` : null;
  };

  // Where a server of the kernel's is to be found from this page; jupyter-server-proxy leads to it from elsewhere.
  const direct = (port, rest, scheme) => `${scheme}://127.0.0.1:${port}${rest}`;
  const proxied = (port, rest, scheme) => {
    const base = jupyterBase();
    const secure = location.protocol === "https:" ? "s" : "";
    return base && `${scheme}${secure}://${location.host}${base}proxy/${port}${rest}`;
  };

  const browserName = () => {
    const brands = navigator.userAgentData?.brands ?? [];
    for (const name of ["Microsoft Edge", "Google Chrome", "Chromium"]) {
      const found = brands.find((brand) => brand.brand === name);
      if (found) return `${name} ${found.version}`;
    }
    const agent = navigator.userAgent;
    const found = agent.match(/(Firefox|Edg|Chrom\w+)\/(\d+)/) ?? agent.match(/()Version\/(\d+).*Safari/);
    if (!found) return "an unknown browser";
    const names = { Edg: "Microsoft Edge", Chrome: "Chromium", "": "Safari" };
    return `${names[found[1]] ?? found[1]} ${found[2]}`;
  };

  class Agent {
    constructor({ port, token }) {
      this.token = token;
      this.roots = new Set(); // the notebook's panels in this page: a closed and reopened one is another
      this.contents = new Map(); // of islands, by key
      this.mounted = new WeakSet(); // elements
      this.asked = new WeakSet();
      this.panels = new Map(); // by element
      this.waiting = []; // to be said when the connection is open
      this.ways = [LOCAL && direct, jupyterBase() && proxied].filter(Boolean);
      this.observer = new MutationObserver(() => this.look());
      this.timer = setInterval(() => this.letGo(), 10000);
      agents.set(token, this);
      this.connect(port);
    }

    connect(port) {
      const way = this.ways.shift();
      if (!way) return this.end();
      this.way = way;
      let open = false;
      try {
        this.socket = new WebSocket(way(port, "/", "ws"));
      } catch {
        return this.connect(port); // a page that came by https may not be allowed this way
      }
      this.socket.onopen = () => {
        open = true;
        this.say({ type: "hello", token: this.token, browser: browserName(), proxied: way === proxied });
        for (const message of this.waiting.splice(0)) this.say(message);
        this.look();
      };
      this.socket.onmessage = (event) => this.hear(JSON.parse(event.data));
      this.socket.onclose = () => (open ? this.end() : this.connect(port));
    }

    end() {
      agents.delete(this.token);
      this.observer.disconnect();
      clearInterval(this.timer);
      for (const panel of this.panels.values()) panel.kernelGone();
      for (const element of this.find(".wslab-page")) element.textContent = "The server is closed: run its cell again.";
    }

    // Where this kernel's outputs are.
    include(root) {
      for (const known of this.roots) if (!known.isConnected) this.roots.delete(known);
      if (this.roots.has(root)) return;
      this.roots.add(root);
      this.observer.observe(root, { childList: true, subtree: true });
      this.look();
    }

    find(selector) {
      return [...new Set([...this.roots].flatMap((root) => [...root.querySelectorAll(selector)]))];
    }

    // Panels whose output was cleared: after a while, since a notebook takes out what is not in view, and puts it back.
    letGo() {
      for (const [element, panel] of this.panels) {
        panel.away = element.isConnected ? 0 : (panel.away ?? 0) + 1;
        if (panel.away > 6) this.drop(element);
      }
    }

    drop(element) {
      this.panels.get(element)?.close();
      this.panels.delete(element);
    }

    say(message) {
      if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
      else this.waiting.push(message);
    }

    hear(message) {
      if (message.type === "run") this.run(message);
      if (message.type === "wire") {
        for (const [element, panel] of this.panels) if (element.dataset.wslab === message.key) panel.wire(message.lines);
      }
      if (message.type === "island") {
        this.contents.set(message.key, message.content);
        for (const element of this.islands(message.key)) this.mount(element, message.content);
      }
    }

    // A server's URL as the kernel knows it, as this page can reach it.
    reach(url) {
      const { protocol, port, pathname, search } = new URL(url);
      return this.way(port, `${pathname}${search}`, protocol.replace(":", ""));
    }

    async run({ job, lines, url, timeout }) {
      try {
        const rows = await runTraced(lines, url && this.reach(url), timeout);
        this.say({ type: "rows", job, rows });
      } catch (error) {
        // Anything can be thrown, also what can't be made a text.
        let name = "Error", message = "something that is no error";
        try {
          name = String(error?.name ?? name);
          message = String(error?.message ?? error);
        } catch {
          // as above
        }
        this.say({ type: "failed", job, name, message });
      }
    }

    islands(key) {
      return this.find(".wslab-island").filter((element) => element.dataset.wslab === key);
    }

    // New islands come with each output that is drawn, and drawn again.
    look() {
      for (const element of this.find(".wslab-island")) {
        const key = element.dataset.wslab;
        if (this.mounted.has(element)) continue;
        if (this.contents.has(key)) this.mount(element, this.contents.get(key));
        else if (!this.asked.has(element)) this.say({ type: "want", key });
        this.asked.add(element);
      }
    }

    mount(element, content) {
      this.mounted.add(element);
      if (content.html !== undefined) element.innerHTML = content.html;
      if (content.page) wslabPage(element, content.page, this.links(content.page.url));
      if (!content.panel && !content.live) return;
      // The same output drawn again: the earlier panel is out of the page.
      const { wslab: key } = element.dataset;
      for (const other of [...this.panels.keys()]) {
        if (other === element || (other.dataset.wslab === key && !other.isConnected)) this.drop(other);
      }
      const panel = content.live
        ? wslabLive(element, (message) => this.say({ ...message, type: "ask", key }))
        : wslabPanel(element, this.reach(content.panel.url), this.way === proxied);
      this.panels.set(element, panel);
      if (content.live) this.say({ type: "ask", key, begin: true });
    }

    // The ways to a page of the kernel's, the likeliest first. In a container with one open port, JupyterLab is on
    // localhost and the kernel's servers are not: there the second way leads on.
    links(url) {
      const { port, pathname, search } = new URL(url);
      const ways = this.way === direct && jupyterBase() ? [direct, proxied] : [this.way];
      return ways.map((way) => way(port, `${pathname}${search}`, "http"));
    }
  }

  const agents = (window.wslabAgents ??= new Map());
  const agent = agents.get(config.token) ?? new Agent(config);
  agent.include(script?.closest(".jp-NotebookPanel, .jp-LinkedOutputView, .jp-CodeConsole") ?? document.body);
  agent.say({ type: "here", job: config.job });
}

// A page that the kernel serves: links to it, and a button that shows it here. It is not shown before, since a page that
// is shown connects, and a cell that counts connections would count it.
function wslabPage(element, { text, height }, urls) {
  const make = (tag, properties) => Object.assign(document.createElement(tag), properties);
  const paragraph = make("p", { className: "wslab-page" });
  urls.forEach((url, place) => {
    const link = make("a", { href: url, target: "_blank", rel: "noopener", textContent: place ? "go through JupyterLab" : text });
    if (place) paragraph.append(" · If it does not open, ", link, ".");
    else paragraph.append(link);
  });
  element.replaceChildren(paragraph);
  if (!height) return;
  const frame = make("iframe", { title: text, height });
  frame.style = "width:100%;border:1px solid var(--jp-border-color1,#bbb);background:#fff";
  // From another origin it may do what a page needs; through the proxy it is of this one, which no sandbox keeps apart.
  if (new URL(urls[0]).origin !== location.origin) frame.sandbox = "allow-scripts allow-forms allow-same-origin allow-popups";
  const button = make("button", { type: "button", textContent: "Show it here" });
  button.onclick = () => {
    const shown = frame.isConnected;
    frame.remove();
    if (!shown) {
      frame.src = urls[0];
      element.append(frame);
    }
    button.textContent = shown ? "Show it here" : "Hide it";
  };
  paragraph.append(" ", button);
}
