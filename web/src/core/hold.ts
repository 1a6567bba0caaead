// Two tabs of one browser share the sign-in and the session's cookie, so after a reload the server cannot tell them apart.
// The browser's locks can: the tab that sits a session holds its lock, and a tab that takes over takes it away.

/** A page before a reload lets go within this time. */
const PATIENCE_MS = 500;

export class Hold {
  readonly #name: string;
  readonly #onLost: () => void;
  readonly #locks: LockManager | undefined;
  #letGo: (() => void) | undefined;

  /** `onLost` is called when another tab takes the session over. */
  constructor(sessionId: string, onLost: () => void, locks: LockManager | undefined = globalThis.navigator?.locks) {
    this.#name = `assay-session-${sessionId}`;
    this.#onLost = onLost;
    this.#locks = locks;
  }

  /** Whether this tab has the session now. Without `steal` another tab that has it keeps it. */
  async take(steal: boolean): Promise<boolean> {
    // Without locks (an old browser, a page without TLS) the server's epoch is all there is.
    if (!this.#locks || this.#letGo) return true;
    const options: LockOptions = steal ? { steal } : { signal: AbortSignal.timeout(PATIENCE_MS) };
    return new Promise((resolve) => {
      let isHeld = false;
      const holding = () => new Promise<void>((letGo) => {
        isHeld = true;
        this.#letGo = letGo;
        resolve(true);
      });
      this.#locks?.request(this.#name, options, holding).catch(() => {
        if (!isHeld) return resolve(false);
        this.#letGo = undefined;
        return this.#onLost();
      });
    });
  }

  release(): void {
    this.#letGo?.();
    this.#letGo = undefined;
  }
}
