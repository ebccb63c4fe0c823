// npm ws as a server: node ws_server.js [most bytes of a message], then read the port from its
// first line
const { WebSocketServer } = require("ws");
const { say, told } = require("./talk.js");

const server = new WebSocketServer({
  port: 0,
  host: "127.0.0.1",
  maxPayload: Number(process.argv[2]) || undefined,
  verifyClient: ({ req }, done) => done(req.url !== "/reject", 403, "not here"),
  handleProtocols: (protocols) => (protocols.has("echo") ? "echo" : false),
});

server.on("connection", (socket, request) => {
  socket.on("error", () => {}); // without a listener, a client's fault would end the program
  socket.on("close", (code, reason) => say("close", code, reason.toString()));
  socket.on("ping", (data) => say("ping", told(data)));
  socket.on("pong", (data) => say("pong", told(data)));
  socket.on("message", (data, isBinary) => {
    if (data.toString() === "ping me") socket.ping("are you there");
    socket.send(data, { binary: isBinary });
  });
  if (request.url === "/close") socket.close(4001, "bye");
});

server.on("listening", () => say("port", server.address().port));
