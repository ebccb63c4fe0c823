// npm websocket as a server: node npm_websocket_server.js [most bytes of a message], then read the
// port from its first line
const http = require("http");
const { server: WebSocketServer } = require("websocket");
const { say, told } = require("./talk.js");

const LIMIT = Number(process.argv[2]) || 2 * 1024 * 1024;

const server = http.createServer((request, response) => response.writeHead(404).end());
const wsServer = new WebSocketServer({
  httpServer: server,
  maxReceivedFrameSize: LIMIT,
  maxReceivedMessageSize: LIMIT,
});

wsServer.on("request", (request) => {
  if (request.resource === "/reject") return request.reject(403, "not here");
  const protocol = request.requestedProtocols.includes("echo") ? "echo" : null;
  const connection = request.accept(protocol, request.origin);
  connection.on("close", (code, reason) => say("close", code, reason));
  connection.on("ping", (cancel, data) => say("ping", told(data)));
  connection.on("pong", (data) => say("pong", told(data)));
  connection.on("message", (message) => {
    if (message.utf8Data === "ping me") connection.ping("are you there");
    if (message.type === "binary") connection.sendBytes(message.binaryData);
    else connection.sendUTF(message.utf8Data);
  });
  if (request.resource === "/close") connection.close(4001, "bye");
});

server.listen(0, "127.0.0.1", () => say("port", server.address().port));
