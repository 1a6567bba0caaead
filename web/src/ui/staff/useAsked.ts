import { useCallback, useEffect, useRef, useState } from "react";

interface Asked<T> {
  /** The last good answer; it stays while the next one is on its way. */
  data: T | undefined;
  error: unknown;
  refresh: () => Promise<void>;
}

/** Asks once for each key. An answer to an older question is dropped. */
export function useAsked<T>(ask: () => Promise<T>, key: string): Asked<T> {
  const [data, setData] = useState<T>();
  const [error, setError] = useState<unknown>();
  const current = useRef(ask);
  current.current = ask;
  const turn = useRef(0);
  const refresh = useCallback(async () => {
    const mine = ++turn.current;
    try {
      const answer = await current.current();
      if (mine !== turn.current) return;
      setData(answer);
      setError(undefined);
    } catch (caught) {
      if (mine === turn.current) setError(caught);
    }
  }, []);
  useEffect(() => { void refresh(); }, [refresh, key]);
  return { data, error, refresh };
}
