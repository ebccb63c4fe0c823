// npm ws: node ws.js echo|broadcast|deflate
const { WebSocketServer, WebSocket } = require("../../peers/node_modules/ws");

const mode = process.argv[2];
const server = new WebSocketServer({
  port: 0,
  host: "127.0.0.1",
  backlog: 1024,
  perMessageDeflate: mode === "deflate",
  maxPayload: 2 ** 24,
});

server.on("connection", (socket) => {
  socket.on("message", (data, isBinary) => {
    if (mode !== "broadcast") return socket.send(data, { binary: isBinary });
    for (const client of server.clients) {
      if (client.readyState === WebSocket.OPEN) client.send(data, { binary: isBinary });
    }
  });
});
server.on("listening", () => console.log(JSON.stringify(["port", server.address().port])));
