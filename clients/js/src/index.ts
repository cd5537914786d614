export { Tidegate, type TidegateOptions } from './tidegate.ts';
export { Publisher, type PublisherOptions } from './publisher.ts';
export { Feed, type FeedOptions, type FeedState, type Subscription, type SubscribeOptions, type Delivery } from './feed.ts';
export { Api, type Answer, type ApiOptions, type RequestOptions } from './api.ts';
export { Backoff, type BackoffOptions } from './backoff.ts';
export { eventId } from './event-id.ts';
export {
  ClosedError,
  FeedError,
  ProblemError,
  QueueFullError,
  RejectedEventError,
  TidegateError,
  UnreachableError,
} from './errors.ts';
export { claimsOf, type Claims, type TokenSource } from './token.ts';
export type { WebSocketFactory, WebSocketLike } from './socket.ts';
export type * from './types.ts';
