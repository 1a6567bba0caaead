import { useCallback, useEffect, useRef, useState } from "react";

interface Polled<T> {
  data: T | undefined;
  error: unknown;
  /** Asks again at once. */
  refresh: () => Promise<void>;
}

/** Asks again and again while the page is visible; the last good answer stays when an asking fails. */
export function usePolled<T>(ask: () => Promise<T>, everyMs: number, key: string): Polled<T> {
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
  useEffect(() => {
    void refresh();
    const timer = setInterval(() => { if (!document.hidden) void refresh(); }, everyMs);
    return () => clearInterval(timer);
  }, [refresh, everyMs, key]);
  return { data, error, refresh };
}
