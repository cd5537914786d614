// The shapes on the wire: docs/api.md.

/** Text or number with at most four decimals. Text for amounts that a double can't hold exactly. */
export type Amount = number | string;

interface EventBase {
  userId: string;
  /** Unique per user. Made by the client when absent, so that a repeat after a lost answer counts once. */
  eventId?: string;
  /** ISO-8601 with a zone, or epoch milliseconds; absent: the time of arrival. */
  occurredAt?: string | number;
  ip?: string;
  deviceId?: string;
  /** ISO 3166-1 alpha-2. */
  country?: string;
  attributes?: Record<string, string>;
  tenant?: string;
}

export interface PostEvent extends EventBase {
  type: 'post';
  postId: string;
}

export interface ReactionEvent extends EventBase {
  type: 'like' | 'unlike' | 'share';
  postId: string;
  authorId?: string;
}

export interface CommentEvent extends EventBase {
  type: 'comment';
  postId: string;
  commentId?: string;
  authorId?: string;
}

export interface BetEvent extends EventBase {
  type: 'bet';
  gameId: string;
  amount: Amount;
  betId?: string;
  currency?: string;
  odds?: Amount;
  betType?: string;
  channel?: string;
  city?: string;
  deviceType?: string;
}

export interface BetOutcomeEvent extends EventBase {
  type: 'bet_outcome';
  betId: string;
  gameId: string;
  result: 'win' | 'loss' | 'void';
  payout?: Amount;
  currency?: string;
}

export interface MoneyEvent extends EventBase {
  type: 'deposit' | 'withdrawal';
  amount: Amount;
  currency?: string;
  method?: string;
}

export interface LoginEvent extends EventBase {
  type: 'login';
}

export type TidegateEvent =
  | PostEvent
  | ReactionEvent
  | CommentEvent
  | BetEvent
  | BetOutcomeEvent
  | MoneyEvent
  | LoginEvent;

export interface Rejection {
  /** Of the event in its batch. */
  index: number;
  code: string;
  field?: string;
  message: string;
}

export interface BatchResult {
  accepted: number;
  rejected: Rejection[];
  /** By index; null where the event was rejected. */
  eventIds: (string | null)[];
}

export type Severity = 'info' | 'warning' | 'critical';
export type AlertKind = 'fraud' | 'surge' | 'system';

export interface Alert {
  alertId: string;
  kind: AlertKind;
  ruleId: string;
  ruleVersion: number;
  subject: string;
  severity: Severity;
  message: string;
  eventIds: string[];
  /** ISO-8601 UTC. */
  detectedAt: string;
}

interface NotificationBase<K extends string, D> {
  notificationId: string;
  kind: K;
  message: string;
  data: D;
}

export type Notification =
  | NotificationBase<'milestone', { postId: string; likes: number }>
  | NotificationBase<'big_win', { betId: string; gameId: string; stake: number; payout: number; currency?: string }>
  | NotificationBase<'take_a_break', { bets: number; windowMs: number }>;

export interface PostCounters {
  postId: string;
  likes: number;
  comments: number;
  shares: number;
}

export type Channel =
  | 'alerts'
  | 'alerts:fraud'
  | 'alerts:surge'
  | `user:${string}`
  | `post:${string}`
  | 'leaderboard:posts';

/** What comes on a channel. */
export type Payload<C extends string> = C extends `alerts${string}`
  ? Alert
  : C extends `user:${string}`
    ? Notification
    : C extends `post:${string}`
      ? PostCounters
      : C extends 'leaderboard:posts'
        ? PostCounters[]
        : unknown;

/** Only for the alert channels; an empty or absent list lets everything through. */
export interface AlertFilter {
  severity?: Severity[];
  rule?: string[];
  subject?: string[];
}

/** A stretch of a channel that can't be had from it any more. Times are ISO-8601 UTC, where the gateway knows them. */
export interface Gap {
  from?: string;
  to?: string;
}
