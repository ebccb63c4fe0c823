// What the scripts of this folder share: one JSON line for each thing that happens, and the
// conversation that every client holds with every server. conversation.py is the same in Python.
const { createHash } = require("crypto");

const MIB = 1024 * 1024;

function say(...what) {
  console.log(JSON.stringify(what));
}

// Long data is told by its length and a hash.
function told(data) {
  if (data.length <= 100) return Buffer.isBuffer(data) ? data.toString("hex") : data;
  return `${data.length} ${createHash("sha1").update(data).digest("hex")}`;
}

// A queue of events that can be waited for.
class Events {
  constructor() {
    this.waiting = [];
    this.events = [];
  }
  push(...event) {
    if (event[0] === "pong" && event[1].toString() === "between") return; // told by the pinged side
    const taker = this.waiting.shift();
    if (taker) taker(event);
    else this.events.push(event);
  }
  next() {
    if (this.events.length) return Promise.resolve(this.events.shift());
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}

// `connect(url, protocols)` gives { protocol, events, text, binary, fragments, ping, close }, or
// throws an error with a `status`. The events are [kind, data] and ["close", code, reason].
async function converse(url, connect) {
  const peer = await connect(url + "echo", ["other", "echo"]);
  say("open", peer.protocol);
  const step = async (act) => {
    act();
    const [kind, ...rest] = await peer.events.next();
    say(kind, ...rest.map((item) => (typeof item === "number" ? item : told(item))));
  };
  await step(() => peer.text("h\u00e9llo \u2713"));
  await step(() => peer.text(""));
  await step(() => peer.binary(Buffer.from([0, 1, 254, 255])));
  await step(() => peer.text("x".repeat(MIB)));
  await step(() => peer.binary(Buffer.alloc(MIB, 7)));
  await step(() => peer.fragments(["frag", "men", "ted"]));
  await step(() => peer.ping("p"));
  await step(() => peer.text("ping me"));
  await step(() => peer.close(3001, "done"));

  const closed = await connect(url + "close", []);
  say(...(await closed.events.next()));
  try {
    await connect(url + "reject", []);
  } catch (error) {
    say("rejected", error.status);
  }
}

module.exports = { Events, converse, say, told };
