/**
 * The token, or a function that gets one. It is asked when a token is first needed, again shortly before the one it gave
 * expires, and with `refused: true` when the gateway didn't accept it: then it must not answer from a cache.
 */
export type TokenSource = string | ((reason: { refused: boolean }) => string | Promise<string>);

/** What a token says about itself. Read without checking the signature: for display, never for a decision that matters. */
export interface Claims {
  sub?: string;
  roles?: string[];
  tenant?: string;
  /** Seconds since the epoch. */
  exp?: number;
}

/** @returns the claims, or undefined if this is no JWT */
export function claimsOf(token: string): Claims | undefined {
  const payload = token.split('.')[1];
  if (!payload) {
    return undefined;
  }
  try {
    const bytes = Uint8Array.from(atob(payload.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === 'object' && claims !== null ? (claims as Claims) : undefined;
  } catch {
    return undefined;
  }
}

const EARLY_MS = 30_000;

/** Keeps the newest token and asks for another in time; several who ask at once cause one call. */
export class Tokens {
  readonly #source: TokenSource;
  #token: string | undefined;
  #asking: Promise<string> | undefined;

  constructor(source: TokenSource) {
    this.#source = source;
  }

  /** Whether another one can be had. */
  get renewable(): boolean {
    return typeof this.#source === 'function';
  }

  async current(): Promise<string> {
    if (typeof this.#source === 'string') {
      return this.#source;
    }
    if (this.#token !== undefined && this.expiresInMs(this.#token) > EARLY_MS) {
      return this.#token;
    }
    return this.#ask(false);
  }

  /**
   * @param refused the token that the gateway didn't accept
   * @returns another one, or undefined if there is none
   */
  async renewed(refused: string): Promise<string | undefined> {
    if (typeof this.#source === 'string') {
      return undefined;
    }
    // Somebody else may have renewed it in the meantime.
    const token = this.#token !== undefined && this.#token !== refused ? this.#token : await this.#ask(true);
    return token === refused ? undefined : token;
  }

  /** Milliseconds until a token's end; Infinity where it doesn't say. */
  expiresInMs(token: string): number {
    const end = claimsOf(token)?.exp;
    return typeof end === 'number' ? end * 1000 - Date.now() : Infinity;
  }

  #ask(refused: boolean): Promise<string> {
    const source = this.#source as Exclude<TokenSource, string>;
    this.#asking ??= (async () => {
      try {
        this.#token = await source({ refused });
        return this.#token;
      } finally {
        this.#asking = undefined;
      }
    })();
    return this.#asking;
  }
}
