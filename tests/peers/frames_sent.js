// A client of npm's ws or websocket, and its own account of the frames that it sent, as
// [opcode, FIN, RSV1, payload], and of the messages that it got, as [is binary, content].
//
//   node frames_sent.js PACKAGE URL
const [name, url] = process.argv.slice(2);
const sent = [], got = [];
const hex = (data) => Buffer.from(data).toString("hex");
const long = "so long ".repeat(300);

function done() {
  console.log(JSON.stringify([sent, got]));
}

function ws() {
  const { Sender, WebSocket } = require("ws");
  const frame = Sender.frame;
  Sender.frame = (data, options) => {
    sent.push([options.opcode, Boolean(options.fin), Boolean(options.rsv1), hex(data)]);
    return frame(data, options);
  };
  const socket = new WebSocket(url);
  socket.on("open", () => {
    socket.send("héllo 👋");
    socket.send("");
    socket.send(Buffer.from([0, 1, 254, 255]));
    socket.send(long);
    socket.send("frag", { fin: false });
    socket.ping("between");
    socket.send("mented");
  });
  socket.on("message", (data, isBinary) => {
    got.push([isBinary, hex(data)]);
    if (got.length === 5) socket.close(3001, "done");
  });
  socket.on("close", done);
}

function websocket() {
  const Frame = require("websocket/lib/WebSocketFrame");
  const { client: Client } = require("websocket");
  const toBuffer = Frame.prototype.toBuffer;
  Frame.prototype.toBuffer = function (...rest) {
    let data = this.binaryPayload || Buffer.alloc(0);
    if (this.opcode === 8) data = Buffer.concat([Buffer.from([this.closeStatus >> 8, this.closeStatus & 255]), data]);
    sent.push([this.opcode, this.fin, Boolean(this.rsv1), hex(data)]);
    return toBuffer.apply(this, rest);
  };
  const client = new Client({ fragmentationThreshold: 1000 });
  client.on("connect", (connection) => {
    connection.on("message", (message) => {
      const isBinary = message.type === "binary";
      got.push([isBinary, hex(isBinary ? message.binaryData : message.utf8Data)]);
      if (got.length === 4) connection.close(3001, "done");
    });
    connection.on("close", done);
    connection.sendUTF("héllo 👋");
    connection.sendUTF("");
    connection.sendBytes(Buffer.from([0, 1, 254, 255]));
    connection.ping("between");
    connection.sendUTF(long);
  });
  client.connect(url);
}

({ ws, websocket })[name]();
