import { useEffect, useState } from "react";

/** The browser's steady clock in milliseconds, told again every so often. It never jumps when somebody sets the time. */
export function useNow(everyMs = 1000): number {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
