import { useCallback, useEffect, useRef, useState } from "react";
import { get, ProblemError, type Schemas } from "../../api/client";

type View = Schemas["SessionView"];

interface Heartbeat {
  view: View | undefined;
  isReachable: boolean;
  /** Asks now instead of at the next beat. */
  beat: () => void;
}

/** Asks the server for the session again and again, hidden or not: it is also the sign of life. */
export function useHeartbeat(sessionId: string, everyMs: number, onView: (view: View) => void): Heartbeat {
  const [view, setView] = useState<View>();
  const [isReachable, setIsReachable] = useState(true);
  const heard = useRef(onView);
  heard.current = onView;
  const beat = useCallback(async () => {
    try {
      const next = await get<View>(`/sessions/${sessionId}`, { signal: AbortSignal.timeout(8_000) });
      setView(next);
      setIsReachable(true);
      heard.current(next);
    } catch (error) {
      setIsReachable(error instanceof ProblemError);
    }
  }, [sessionId]);
  useEffect(() => {
    const timer = setInterval(() => void beat(), everyMs);
    const now = () => void beat();
    window.addEventListener("online", now);
    window.addEventListener("offline", now);
    return () => {
      clearInterval(timer);
      window.removeEventListener("online", now);
      window.removeEventListener("offline", now);
    };
  }, [beat, everyMs]);
  return { view, isReachable, beat: () => void beat() };
}
