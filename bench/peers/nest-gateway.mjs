// An ingest gateway as one is written with NestJS and kafkajs: a controller, a JSON body, one send a request. It checks that the fields that
// the log needs are there and nothing else, asks for no token, and writes the events as the JSON that came, not compressed (kafkajs has no lz4 of
// its own): it has less to do than what it is compared with.
import "reflect-metadata";
import { BadRequestException, Controller, HttpCode, Module, Post, Body } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { Kafka, Partitioners, logLevel } from "kafkajs";
import { argument, port, ready } from "./peer.mjs";

const producer = new Kafka({ brokers: [argument], logLevel: logLevel.ERROR }).producer({
  createPartitioner: Partitioners.DefaultPartitioner,
});
await producer.connect();

class Events {
  async publish(body) {
    const events = Array.isArray(body) ? body : [body];
    const messages = events.map((event) => {
      if (typeof event.type !== "string" || typeof event.userId !== "string") {
        throw new BadRequestException("type and userId are required");
      }
      return { key: event.userId, value: JSON.stringify(event) };
    });
    await producer.send({ topic: "events", acks: -1, messages });
    return { accepted: messages.length, rejected: [], eventIds: events.map((event) => event.eventId) };
  }
}

class Gateway {}

// Decorators by hand: there is no compiler here.
const publish = Object.getOwnPropertyDescriptor(Events.prototype, "publish");
Post("events")(Events.prototype, "publish", publish);
HttpCode(202)(Events.prototype, "publish", publish);
Body()(Events.prototype, "publish", 0);
Controller("api/v1")(Events);
Module({ controllers: [Events] })(Gateway);

const gateway = await NestFactory.create(Gateway, { logger: ["error"] });
await gateway.listen(port, "127.0.0.1");
ready();
