import { useCallback, useEffect, useRef, useState } from "react";

interface Polled<T> {
  data: T | undefined;
  error: unknown;
  /** Asks again at once. */
  refresh: () => Promise<void>;
}

/**
 * Asks again and again while the page is visible; the last good answer stays when an asking fails. `pace` chooses another
 * interval by the last answer.
 */
export function usePolled<T>(ask: () => Promise<T>, everyMs: number, key: string, pace?: (data: T) => number): Polled<T> {
  const [data, setData] = useState<T>();
  const [error, setError] = useState<unknown>();
  const current = useRef(ask);
  current.current = ask;
  const refresh = useCallback(async () => {
    try {
      setData(await current.current());
      setError(undefined);
    } catch (caught) {
      setError(caught);
    }
  }, []);
  useEffect(() => { void refresh(); }, [refresh, key]);
  const intervalMs = data !== undefined && pace ? pace(data) : everyMs;
  useEffect(() => {
    const timer = setInterval(() => { if (!document.hidden) void refresh(); }, intervalMs);
    return () => clearInterval(timer);
  }, [refresh, intervalMs, key]);
  return { data, error, refresh };
}
