// Node's own client of HTTP/2, and nghttp2's account of the frames that it sent and got.
//
//   node http2_frames.js URL
const http2 = require("http2");
const { PerformanceObserver } = require("perf_hooks");

const { origin, pathname } = new URL(process.argv[2]);
const streams = [];
let count;
const observer = new PerformanceObserver((list) => {
  for (const { name, detail } of list.getEntries())
    if (name === "Http2Session") count = [detail.framesSent, detail.framesReceived];
  if (count) console.log(JSON.stringify([count, streams]));
});
observer.observe({ entryTypes: ["http2"] });

const session = http2.connect(origin);
const ask = (path) =>
  new Promise((resolve) => {
    const stream = session.request({ ":path": path, authorization: "Bearer topsecret" });
    let answer, body = "";
    stream.on("response", (headers) => (answer = headers[":status"]));
    stream.setEncoding("utf8").on("data", (data) => (body += data));
    stream.on("end", () => {
      streams.push([stream.id, stream.sentHeaders[":path"], answer, body]);
      resolve();
    });
  });

const main = async () => {
  await ask(pathname);
  await ask("/nothing-here");
  await new Promise((resolve) => session.ping(Buffer.from("12345678"), resolve));
  session.close();
};

main();
