// The stock Socket.IO client, and its own account of the Engine.IO packets that it sent and got.
//
//   node socket_io_packets.js URL TRANSPORTS
const { io } = require("socket.io-client");

const [url, transports] = process.argv.slice(2);
const names = transports.split(",");
const socket = io(url, { transports: names, auth: { key: "s3cret" }, reconnection: false });
const note = (list) => ({ type, data }) =>
  list.push([type, typeof data === "string" || data === undefined ? data ?? "" : { hex: Buffer.from(data).toString("hex") }]);
const sent = [], got = [];
const engine = socket.io.engine;
engine.on("packetCreate", note(sent));
engine.on("packet", note(got));

const main = async () => {
  await new Promise((resolve) => socket.on("connect", resolve));
  if (names.length > 1 && engine.transport.name !== "websocket") await new Promise((resolve) => engine.once("upgrade", resolve));
  const ask = (...what) => socket.timeout(10000).emitWithAck(...what);
  await ask("new user", "Ada");
  await ask("send message", "héllo 👋 " + "long ".repeat(100));
  await ask("echo", { deep: [Buffer.from([1, 2, 255]), Buffer.alloc(300)] });
  await new Promise((resolve) => engine.once("heartbeat", resolve)); // a ping has come
  socket.disconnect();
  await new Promise((resolve) => setTimeout(resolve, 200)); // the last packet is on its way
  console.log(JSON.stringify([sent, got]));
  process.exit(0);
};

main().catch((error) => {
  console.log(JSON.stringify(["error", String(error)]));
  process.exit(1);
});
