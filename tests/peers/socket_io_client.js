// The stock Socket.IO client in the chat room: one JSON line for each thing that happens.
//
//   node socket_io_client.js URL TRANSPORTS       as polling,websocket or websocket
const { io } = require("socket.io-client");

const [url, transports] = process.argv.slice(2);
const say = (...what) => console.log(JSON.stringify(what));
const options = { transports: transports.split(","), reconnectionDelay: 50, reconnectionDelayMax: 200, forceNew: true };

const texts = (found) => found.messages.map((message) => message.text);

const connect = (name) => {
  const socket = io(url, options);
  const events = [];
  let wake = () => {};
  socket.onAny((event, ...args) => {
    events.push([event, ...args]);
    wake();
  });
  // The arguments of the next event of this name.
  const next = async (event) => {
    for (;;) {
      const place = events.findIndex(([found]) => found === event);
      if (place >= 0) return events.splice(place, 1)[0].slice(1);
      await new Promise((resolve) => (wake = resolve));
    }
  };
  const once = (event) => new Promise((resolve) => socket.once(event, resolve));
  const ask = (...what) => socket.timeout(10000).emitWithAck(...what);
  return { socket, next, once, ask, name };
};

const main = async () => {
  const ada = connect("Ada"), bob = connect("Bob");
  await Promise.all([ada.once("connect"), bob.once("connect")]);
  if (options.transports.length > 1) {
    if (ada.socket.io.engine.transport.name !== "websocket") await new Promise((resolve) => ada.socket.io.engine.once("upgrade", resolve));
  }
  say("transport", ada.socket.io.engine.transport.name);
  say("ada", await ada.ask("new user", "Ada"));
  say("taken", (await bob.ask("new user", "ada")).ok);
  say("bob", await bob.ask("new user", "Bob"));
  say("joined", ...(await ada.next("user joined")));
  say("users", ...(await ada.next("get users")), ...(await ada.next("get users")));
  say("sent", await bob.ask("send message", "héllo 👋"));
  const [message] = await ada.next("new message");
  say("message", message.name, message.text);
  say("bytes", Buffer.from((await ada.ask("echo", { deep: [Buffer.from([1, 2, 255])] })).deep[0]).toString("hex"));
  ada.socket.on("question", (text, answer) => answer(text.toUpperCase(), Buffer.from(text)));
  say("asked", (await ada.ask("ask me")).map((value) => (typeof value === "string" ? value : Buffer.from(value).toString())));
  const lost = ada.once("disconnect");
  ada.socket.emit("cut me off");
  say("lost", await lost);
  await bob.ask("send message", "while you were away");
  if (!ada.socket.connected) await ada.once("connect");
  await ada.next("history");
  say("again", await ada.ask("new user", "Ada", { since: message.id }));
  say("missed", texts((await ada.next("history"))[0]));
  await bob.ask("typing", true);
  say("typing", ...(await ada.next("typing")));
  say("rooms", (await ada.ask("get rooms")).rooms);
  say("earlier", texts(await ada.ask("get messages")));
  bob.socket.disconnect();
  say("left", ...(await ada.next("user left")));
  const entered = await ada.ask("join room", "Tea");
  say("entered", entered, (await ada.next("history"))[0].room);
  const wrong = io(new URL("/nowhere", url).href, options);
  say("refused", await new Promise((resolve) => wrong.once("connect_error", (error) => resolve(error.message))));
  ada.socket.disconnect();
  wrong.disconnect();
  process.exit(0);
};

main().catch((error) => {
  say("error", String(error));
  process.exit(1);
});
