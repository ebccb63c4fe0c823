// npm ws as a client: node ws_client.js URL
const WebSocket = require("ws");
const { Events, converse } = require("./talk.js");

function connect(url, protocols) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, protocols);
    const events = new Events();
    socket.on("message", (data, isBinary) => {
      if (isBinary) events.push("binary", data);
      else events.push("text", data.toString());
    });
    socket.on("pong", (data) => events.push("pong", data));
    socket.on("close", (code, reason) => events.push("close", code, reason.toString()));
    socket.on("unexpected-response", (request, response) => {
      reject(Object.assign(new Error("refused"), { status: response.statusCode }));
      response.destroy();
    });
    socket.on("error", reject);
    socket.on("open", () =>
      resolve({
        protocol: socket.protocol,
        events,
        text: (data) => socket.send(data),
        binary: (data) => socket.send(data),
        fragments: (parts) => {
          parts.forEach((part, index) => {
            socket.send(part, { fin: index === parts.length - 1, compress: false });
            if (index < parts.length - 1) socket.ping("between");
          });
        },
        ping: (data) => socket.ping(data),
        close: (code, reason) => socket.close(code, reason),
      }),
    );
  });
}

converse(process.argv[2], connect);
