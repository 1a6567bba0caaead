// The remaining time. The server gives milliseconds, never an instant, and this device only counts down from them with
// its monotonic clock: changing the computer's clock changes nothing.

/** Minutes at which the remaining time is said aloud. */
export const THRESHOLDS_MINUTES = [30, 15, 5, 1] as const;

const MINUTE_MS = 60_000;

export class Clock {
  readonly #now: () => number;
  #remainingMs: number | undefined;
  #syncedAt = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Takes over what the server said a moment ago. */
  sync(remainingMs: number): void {
    this.#remainingMs = remainingMs;
    this.#syncedAt = this.#now();
  }

  /** Milliseconds left, never negative; nothing before the server has said any. */
  remainingMs(): number | undefined {
    if (this.#remainingMs === undefined) return undefined;
    return Math.max(0, this.#remainingMs - (this.#now() - this.#syncedAt));
  }
}

/**
 * The threshold that was passed between two readings, in minutes: the lowest one if a sleeping device passed several.
 * An extension that leads back above a threshold lets it be announced again.
 */
export function passedThreshold(beforeMs: number | undefined, nowMs: number): number | undefined {
  if (beforeMs === undefined) return undefined;
  return THRESHOLDS_MINUTES.findLast((minutes) => beforeMs > minutes * MINUTE_MS && nowMs <= minutes * MINUTE_MS);
}
