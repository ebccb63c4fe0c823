// Runs a page's own lines with a WebSocket that writes down what happens to it.
//
//   runTraced(lines, url).then((rows) => ...)
//
// `lines` is JavaScript that uses `new WebSocket(url)`. A row is an event, or a call with what it threw. The rows are
// those of wslab/browser/scenarios.py, word for word, so that the two can be compared. The promise is kept at the first
// close event. It is broken by an error that the lines do not catch, in a handler too, and when no close event comes.

function runTraced(lines, url, timeout = 10000) {
  const MAX_TEXT = 60;
  const MAX_ARGUMENT = 20;
  const MAX_BYTES = 16;
  const NAME = "lines-of-the-cell.js"; // what the lines are called where an error says its place
  const rows = [];
  const sockets = [];
  const Native = window.WebSocket;

  const cut = (text, limit) => {
    const characters = [...text];
    if (characters.length <= limit) return text;
    return `${characters.slice(0, limit).join("")}… (${characters.length} characters)`;
  };

  const data = (value) => {
    if (typeof value === "string") return cut(value, MAX_TEXT);
    if (value instanceof Blob) return `Blob(${value.size})`;
    const bytes = new Uint8Array(value);
    const shown = [...bytes.slice(0, MAX_BYTES)].map((byte) => byte.toString(16).padStart(2, "0"));
    return `ArrayBuffer(${bytes.length}) ${shown.join(" ")}${bytes.length > MAX_BYTES ? " …" : ""}`.trimEnd();
  };

  const literal = (value) => {
    if (value === url) return "url";
    if (typeof value === "string") return JSON.stringify(cut(value, MAX_ARGUMENT));
    if (value instanceof Blob) return `Blob(${value.size})`;
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `bytes(${value.byteLength})`;
    try {
      return JSON.stringify(value) ?? String(value);
    } catch {
      return String(value);
    }
  };

  const call = (name, args) => `${name}(${args.map(literal).join(", ")})`;

  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      window.removeEventListener("error", onError);
      window.removeEventListener("unhandledrejection", onRejection);
    };
    const fail = (error) => {
      end();
      for (const socket of sockets) Native.prototype.close.call(socket);
      reject(error);
    };
    // Browsers differ in whether a file's name or the stack has it.
    const onError = (event) => (event.filename?.endsWith(NAME) || String(event.error?.stack).includes(NAME)) && fail(event.error);
    const onRejection = (event) => String(event.reason?.stack).includes(NAME) && fail(event.reason);
    const late = () => {
      const events = rows.map((row) => row.event).join(", ") || "nothing happened";
      const error = new Error(`no close event came in ${timeout / 1000} s; so far: ${events}`);
      error.name = "TimeoutError";
      fail(error);
    };
    const timer = setTimeout(late, timeout);
    window.addEventListener("error", onError);
    window.addEventListener("unhandledrejection", onRejection);
    const finish = () =>
      setTimeout(() => {
        end(); // the listeners of the close event come first
        resolve(rows);
      });

    class TracedWebSocket extends Native {
      constructor(...args) {
        const row = { event: call("new WebSocket", args) };
        rows.push(row);
        try {
          super(...args);
        } catch (error) {
          row.throws = error.name;
          finish();
          throw error;
        }
        sockets.push(this);
        row.readyState = this.readyState;
        row.bufferedAmount = this.bufferedAmount;
        for (const type of ["open", "message", "error", "close"]) this.addEventListener(type, (event) => this.#note(event));
      }

      #note(event) {
        const row = { event: event.type, readyState: this.readyState };
        if (event.type === "message") row.data = data(event.data);
        if (event.type === "close") Object.assign(row, { code: event.code, reason: event.reason, wasClean: event.wasClean });
        row.bufferedAmount = this.bufferedAmount;
        rows.push(row);
        if (event.type === "close") finish();
      }

      #run(name, args) {
        const row = { event: call(`ws.${name}`, args) };
        rows.push(row);
        try {
          return Native.prototype[name].apply(this, args);
        } catch (error) {
          row.throws = error.name;
          throw error;
        } finally {
          row.readyState = this.readyState;
          row.bufferedAmount = this.bufferedAmount;
        }
      }

      send(...args) {
        return this.#run("send", args);
      }

      close(...args) {
        return this.#run("close", args);
      }
    }

    const attempt = (action) => {
      try {
        action();
      } catch {
        // what it threw is in the trace
      }
    };
    try {
      new Function("WebSocket", "url", "attempt", `${lines}\n//# sourceURL=${NAME}`)(TracedWebSocket, url, attempt);
    } catch (error) {
      if (rows.length && !sockets.length) return; // a constructor that threw: the trace says so, and is complete
      fail(error);
    }
  });
}
