// npm socket.io: each client joins a room, and all get each "message"
const http = require("http");
const { Server } = require("../../peers/node_modules/socket.io");

const server = http.createServer();
const io = new Server(server, { serveClient: false, pingInterval: 3_600_000 });

io.on("connection", (socket) => {
  socket.join("room");
  socket.on("message", (message) => io.to("room").emit("message", message));
});
server.listen({ port: 0, host: "127.0.0.1", backlog: 1024 }, () =>
  console.log(JSON.stringify(["port", server.address().port])),
);
