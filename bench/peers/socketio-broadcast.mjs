// One message to all sockets with Socket.IO: event b from any of them has the server emit that many. No rooms, no compression.
import { createServer } from "node:http";
import { Server } from "socket.io";
import { argument, port, ready } from "./peer.mjs";

const message = JSON.parse(argument);
const http = createServer();
const server = new Server(http, { transports: ["websocket"], perMessageDeflate: false });
server.on("connection", (socket) => {
  socket.on("b", (from, count) => {
    for (let number = from; number < from + count; number++) {
      message.data.subject = "user-" + String(number).padStart(8, "0");
      server.emit("event", message);
    }
  });
});
http.listen(port, "127.0.0.1", ready);
