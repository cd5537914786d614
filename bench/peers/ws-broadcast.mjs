// One message to all sockets with ws: `b FROM COUNT` from any of them sends that many, each serialised once.
import { WebSocketServer } from "ws";
import { argument, port, ready } from "./peer.mjs";

const message = JSON.parse(argument);
const server = new WebSocketServer({ host: "127.0.0.1", port, path: "/ws", perMessageDeflate: false });
server.on("connection", (socket) => {
  socket.on("message", (command) => {
    const [, from, count] = command.toString().split(" ").map(Number);
    for (let number = from; number < from + count; number++) {
      message.data.subject = "user-" + String(number).padStart(8, "0");
      const text = JSON.stringify(message);
      for (const client of server.clients) {
        client.send(text);
      }
    }
  });
});
server.on("listening", ready);
