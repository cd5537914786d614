import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ProblemError, type Api } from '@tidegate/client';
import { session, tokenRefused } from '../session.ts';

export interface Polled<T> {
  /** The newest answer; kept while a later one fails. */
  data: T | undefined;
  error: Error | undefined;
  loading: boolean;
  /** How long the newest answer took, in milliseconds. */
  tookMs: number | undefined;
  refresh: () => void;
}

/**
 * Asks now, when a dependency changes, and every so often while the page is seen.
 *
 * @param everyMs 0: only once
 */
export function usePolled<T>(
  ask: (api: Api, signal: AbortSignal) => Promise<T>,
  dependencies: readonly unknown[],
  everyMs: number,
): Polled<T> {
  const [result, setResult] = useState<Omit<Polled<T>, 'refresh'>>({
    data: undefined,
    error: undefined,
    loading: true,
    tookMs: undefined,
  });
  const asking = useRef(ask);
  asking.current = ask;
  const again = useRef<() => void>(() => {});

  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let busy = false;
    setResult((before) => ({ ...before, loading: true }));

    async function once(): Promise<void> {
      const api = session.value?.api;
      if (busy || !api) {
        return;
      }
      busy = true;
      clearTimeout(timer);
      const started = performance.now();
      try {
        const data = await asking.current(api, abort.signal);
        if (!abort.signal.aborted) {
          setResult({ data, error: undefined, loading: false, tookMs: performance.now() - started });
        }
      } catch (error) {
        if (!abort.signal.aborted) {
          if (error instanceof ProblemError && error.status === 401) {
            tokenRefused();
            return;
          }
          setResult((before) => ({ ...before, error: error as Error, loading: false }));
        }
      } finally {
        busy = false;
        if (everyMs > 0 && !abort.signal.aborted && !document.hidden) {
          timer = setTimeout(once, everyMs);
        }
      }
    }

    function seen(): void {
      if (!document.hidden && everyMs > 0) {
        void once();
      }
    }

    again.current = () => void once();
    document.addEventListener('visibilitychange', seen);
    void once();
    return () => {
      abort.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', seen);
    };
  }, [...dependencies, everyMs, session.value]);

  const refresh = useCallback(() => again.current(), []);
  return { ...result, refresh };
}
