// npm websocket as a client: node npm_websocket_client.js URL
const { client: WebSocketClient, frame: WebSocketFrame } = require("websocket");
const { Events, converse } = require("./talk.js");

function sendFrame(connection, opcode, payload, fin) {
  const frame = new WebSocketFrame(Buffer.alloc(4), Buffer.alloc(10), connection.config);
  Object.assign(frame, { opcode, fin, binaryPayload: Buffer.from(payload) });
  connection.sendFrame(frame);
}

function connect(url, protocols) {
  return new Promise((resolve, reject) => {
    const client = new WebSocketClient();
    client.on("httpResponse", (response) => {
      reject(Object.assign(new Error("refused"), { status: response.statusCode }));
    });
    client.on("connectFailed", reject);
    client.on("connect", (connection) => {
      const events = new Events();
      connection.on("message", (message) => {
        if (message.type === "utf8") events.push("text", message.utf8Data);
        else events.push("binary", message.binaryData);
      });
      connection.on("pong", (data) => events.push("pong", data));
      connection.on("close", (code, reason) => events.push("close", code, reason));
      resolve({
        protocol: connection.protocol,
        events,
        text: (data) => connection.sendUTF(data),
        binary: (data) => connection.sendBytes(data),
        fragments: ([first, ...rest]) => {
          sendFrame(connection, 1, first, false);
          rest.forEach((part, index) => {
            connection.ping("between");
            sendFrame(connection, 0, part, index === rest.length - 1);
          });
        },
        ping: (data) => connection.ping(data),
        close: (code, reason) => connection.close(code, reason),
      });
    });
    client.connect(url, protocols);
  });
}

converse(process.argv[2], connect);
