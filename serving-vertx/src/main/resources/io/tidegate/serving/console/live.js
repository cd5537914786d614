// Keeps one WebSocket to /ws: signs in, subscribes, and comes back after a break with the last cursor of each channel.

const UNAUTHORIZED = 4401;
const LONGEST_WAIT_MS = 15_000;

export class Live {
  /**
   * @param token sent in the first message, never in the URL
   * @param channels name → called with the data of each event
   * @param on.state called with 'on', 'wait' or 'off' and a text
   * @param on.gap called with channel, from, to
   * @param on.error called with code, channel
   * @param on.unauthorized called once the token is no good any more
   */
  constructor(token, channels, on) {
    this.token = token;
    this.channels = channels;
    this.on = on;
    this.cursors = new Map();
    this.failures = 0;
    this.connect();
  }

  connect() {
    this.on.state('wait', 'connecting');
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    const socket = new WebSocket(`${scheme}://${location.host}/ws`);
    this.socket = socket;
    socket.onopen = () => socket.send(JSON.stringify({ op: 'auth', token: this.token }));
    socket.onmessage = (message) => this.take(JSON.parse(message.data));
    socket.onclose = (close) => {
      if (socket !== this.socket) {
        return;
      }
      if (close.code === UNAUTHORIZED) {
        this.close();
        this.on.state('off', 'not connected');
        this.on.unauthorized();
        return;
      }
      this.failures += 1;
      const wait = Math.min(LONGEST_WAIT_MS, 500 * 2 ** this.failures) * (0.5 + Math.random() / 2);
      this.on.state('wait', 'reconnecting');
      this.timer = setTimeout(() => this.connect(), wait);
    };
  }

  take(frame) {
    switch (frame.op) {
      case 'ready':
        this.failures = 0;
        this.on.state('on', 'live');
        for (const channel of Object.keys(this.channels)) {
          const cursor = this.cursors.get(channel);
          this.socket.send(JSON.stringify({ op: 'subscribe', channel, ...(cursor && { cursor }) }));
        }
        break;
      case 'event':
        this.cursors.set(frame.channel, frame.cursor);
        this.channels[frame.channel]?.(frame.data);
        break;
      case 'gap':
        this.on.gap(frame.channel, frame.from, frame.to);
        break;
      case 'error':
        this.on.error(frame.code, frame.channel);
        break;
      default:
        break;
    }
  }

  close() {
    clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }
}
