// npm websocket: node npm_websocket.js echo|broadcast
const http = require("http");
const { server: WebSocketServer } = require("../../peers/node_modules/websocket");

const mode = process.argv[2];
const server = http.createServer((request, response) => response.writeHead(404).end());
const wsServer = new WebSocketServer({
  httpServer: server,
  keepalive: false,
  maxReceivedFrameSize: 2 ** 24,
  maxReceivedMessageSize: 2 ** 24,
  fragmentOutgoingMessages: false,
});

wsServer.on("request", (request) => {
  const connection = request.accept(null, request.origin);
  connection.on("message", (message) => {
    if (mode === "broadcast") wsServer.broadcastUTF(message.utf8Data);
    else if (message.type === "utf8") connection.sendUTF(message.utf8Data);
    else connection.sendBytes(message.binaryData);
  });
});
server.listen({ port: 0, host: "127.0.0.1", backlog: 1024 }, () =>
  console.log(JSON.stringify(["port", server.address().port])),
);
