import { expect, test, vi } from "vitest";
import { Hold } from "./hold";

/** Locks of one browser, as far as they are used here. */
function fakeLocks(): LockManager {
  let holder: { lost: (error: Error) => void } | undefined;
  const waiting: (() => void)[] = [];
  const request = (_name: string, options: LockOptions, run: () => Promise<void>) => new Promise<void>((resolve, reject) => {
    const grant = () => {
      const me = { lost: reject };
      holder = me;
      void run().then(() => {
        if (holder === me) holder = undefined;
        waiting.shift()?.();
        resolve();
      });
    };
    if (options.steal) {
      holder?.lost(new DOMException("stolen", "AbortError"));
      grant();
    } else if (holder) {
      waiting.push(grant);
      options.signal?.addEventListener("abort", () => {
        waiting.splice(waiting.indexOf(grant), 1);
        reject(options.signal?.reason as Error);
      });
    } else grant();
  });
  return { request } as unknown as LockManager;
}

test("a second tab is told, and may take the session over", async () => {
  const locks = fakeLocks();
  const lost = vi.fn();
  const first = new Hold("s", lost, locks);
  const second = new Hold("s", vi.fn(), locks);
  expect(await first.take(false)).toBe(true);
  expect(await second.take(false)).toBe(false);
  expect(lost).not.toHaveBeenCalled();
  expect(await second.take(true)).toBe(true);
  expect(lost).toHaveBeenCalledOnce();
  expect(await first.take(false)).toBe(false);
});

test("a page that goes away lets go for the one after it", async () => {
  const locks = fakeLocks();
  const before = new Hold("s", vi.fn(), locks);
  const after = new Hold("s", vi.fn(), locks);
  await before.take(false);
  const taking = after.take(false);
  before.release();
  expect(await taking).toBe(true);
});

test("without locks every tab may sit it", async () => {
  expect(await new Hold("s", vi.fn(), undefined).take(false)).toBe(true);
});
