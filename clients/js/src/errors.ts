import type { Rejection } from './types.ts';

/** Every error of this package. */
export class TidegateError extends Error {
  override readonly name: string = 'TidegateError';
}

/** The gateway refused a request with a problem document (RFC 9457). */
export class ProblemError extends TidegateError {
  override readonly name = 'ProblemError';
  readonly status: number;
  /** Stable, for programs. */
  readonly code: string;
  /** The parameter or field that is meant, where there is one. */
  readonly field: string | undefined;
  /** What the gateway asks to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(status: number, code: string, detail: string, field?: string, retryAfterMs?: number) {
    super(detail);
    this.status = status;
    this.code = code;
    this.field = field;
    this.retryAfterMs = retryAfterMs;
  }
}

/** No answer: no connection, or longer than the time-out. */
export class UnreachableError extends TidegateError {
  override readonly name = 'UnreachableError';
}

/** One event of a batch was refused; its neighbours weren't. */
export class RejectedEventError extends TidegateError {
  override readonly name = 'RejectedEventError';
  readonly rejection: Rejection;

  constructor(rejection: Rejection) {
    super(rejection.message);
    this.rejection = rejection;
  }
}

/** More events wait than the publisher may hold: the sender is faster than the gateway. */
export class QueueFullError extends TidegateError {
  override readonly name = 'QueueFullError';
}

/** It was closed before this was done. */
export class ClosedError extends TidegateError {
  override readonly name = 'ClosedError';
}

/** The gateway said no on the WebSocket. */
export class FeedError extends TidegateError {
  override readonly name = 'FeedError';
  readonly code: string;
  readonly channel: string | undefined;

  constructor(code: string, message: string, channel?: string) {
    super(message);
    this.code = code;
    this.channel = channel;
  }
}
