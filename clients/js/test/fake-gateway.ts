import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { WebSocketServer, type WebSocket } from 'ws';

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  events: { eventId: string; userId: string; postId?: string }[];
}

export interface Reply {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
  /** Takes the request and hangs up. */
  hangUp?: boolean;
}

/** Speaks the gateway's contract as far as a test says; keeps what it received. */
export class FakeGateway {
  readonly requests: Received[] = [];
  readonly sockets: FakeSocket[] = [];
  /** Replies in turn; after them, everything is accepted. */
  readonly replies: Reply[] = [];
  /** Tokens that aren't accepted, on either transport. */
  readonly badTokens = new Set<string>();
  readonly url: string;
  readonly #server: Server;
  readonly #sockets: WebSocketServer;
  readonly #waiting: (() => void)[] = [];

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.#sockets = new WebSocketServer({ server, path: '/ws' });
    this.#sockets.on('connection', (socket) => {
      this.sockets.push(new FakeSocket(socket, this));
      this.changed();
    });
    server.on('request', (request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const raw = Buffer.concat(parts);
        const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString();
        const events = text ? (JSON.parse(text) as Received['events']) : [];
        this.requests.push({ path: request.url!, headers: request.headers, events });
        let reply = this.replies.shift();
        if (this.badTokens.has(request.headers.authorization!.slice(7))) {
          reply = { status: 401, body: { code: 'invalid_token', detail: 'No.' } };
        }
        if (reply?.hangUp) {
          request.socket.destroy();
        } else {
          reply ??= {
            status: 202,
            body: { accepted: events.length, rejected: [], eventIds: events.map((event) => event.eventId) },
          };
          response
            .writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers })
            .end(reply.body === undefined ? undefined : JSON.stringify(reply.body));
        }
        this.changed();
      });
    });
  }

  static async start(): Promise<FakeGateway> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new FakeGateway(server);
  }

  /** Resolves once the condition holds, tested after everything that arrives; fails after 5 s. */
  async until(condition: () => boolean, what = 'the condition'): Promise<void> {
    const end = Date.now() + 5_000;
    while (!condition()) {
      if (Date.now() > end) {
        throw new Error(`${what} didn't come about`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 20);
        this.#waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** The next connection that there is at the moment of asking or after. */
  async socket(index: number): Promise<FakeSocket> {
    await this.until(() => this.sockets.length > index, `connection ${index}`);
    return this.sockets[index]!;
  }

  changed(): void {
    this.#waiting.splice(0).forEach((wake) => wake());
  }

  async stop(): Promise<void> {
    this.#sockets.clients.forEach((client) => client.terminate());
    this.#sockets.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

interface Message {
  op: string;
  [member: string]: unknown;
}

/** The gateway's end. Signs in whoever's token isn't bad, and takes every subscription. */
export class FakeSocket {
  readonly messages: Message[] = [];
  answersPings = true;
  readonly #socket: WebSocket;
  readonly #gateway: FakeGateway;

  constructor(socket: WebSocket, gateway: FakeGateway) {
    this.#socket = socket;
    this.#gateway = gateway;
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as Message;
      this.messages.push(message);
      if (message.op === 'auth' && gateway.badTokens.has(message['token'] as string)) {
        this.send({ op: 'error', code: 'invalid_token', message: 'No.' });
        socket.close(4401);
      } else if (message.op === 'auth') {
        this.send({ op: 'ready' });
      } else if (message.op === 'subscribe') {
        this.send({ op: 'subscribed', channel: message['channel'] });
      } else if (message.op === 'ping' && this.answersPings) {
        this.send({ op: 'pong' });
      }
      gateway.changed();
    });
  }

  send(frame: object): void {
    this.#socket.send(JSON.stringify(frame));
  }

  alert(id: string, cursor: string): void {
    this.send({ op: 'event', channel: 'alerts', cursor, data: { alertId: id, message: `alert ${id}` } });
  }

  close(code: number): void {
    this.#socket.close(code);
  }

  /** Without a goodbye. */
  cut(): void {
    this.#socket.terminate();
  }

  async sent(op: string, count = 1): Promise<Message> {
    const matching = () => this.messages.filter((message) => message.op === op);
    await this.#gateway.until(() => matching().length >= count, `message ${op}`);
    return matching()[count - 1]!;
  }
}

/** A token with an expiry; the signature is nobody's. */
export function tokenExpiringIn(ms: number, name = 'u1'): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ sub: name, roles: ['analyst'], exp: (Date.now() + ms) / 1000 })}.x`;
}
