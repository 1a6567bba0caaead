import { describe, expect, it } from "vitest";
import { Player, readTape, type Size } from "./replay";

const CAST = [
  '{"version": 2, "width": 90, "height": 20}',
  '[1.0, "o", "a"]',
  '[2.0, "o", "b"]',
  '[2.5, "m", "reset"]',
  '[3.0, "r", "100x30"]',
  '[60.0, "o", "c"]',
  '[61.0, "o", "cut',
].join("\n");

function stage() {
  const seen = { screen: "", size: { columns: 0, rows: 0 }, at: 0, isPlaying: false, resets: 0 };
  return {
    seen,
    reset: (size: Size) => { seen.screen = ""; seen.size = size; seen.resets += 1; },
    draw: (text: string) => { seen.screen += text; },
    resize: (size: Size) => { seen.size = size; },
    onMove: (at: number, isPlaying: boolean) => { seen.at = at; seen.isPlaying = isPlaying; },
  };
}

describe("a tape", () => {
  it("is read as far as it is understood", () => {
    const tape = readTape(CAST);
    expect(tape.size).toEqual({ columns: 90, rows: 20 });
    expect(tape.events.map((event) => event.kind)).toEqual(["output", "output", "resize", "output"]);
    expect([tape.from, tape.to]).toEqual([1, 60]);
    expect(readTape("").events).toEqual([]);
  });
});

describe("a player", () => {
  it("draws what was there at a moment, forwards and back", () => {
    const place = stage();
    const player = new Player(readTape(CAST), place);
    expect(place.seen.screen).toBe("a");
    player.seek(10);
    expect(place.seen.screen).toBe("ab");
    expect(place.seen.size).toEqual({ columns: 100, rows: 30 });
    player.seek(1.5);
    expect(place.seen.screen).toBe("a");
    expect(place.seen.size).toEqual({ columns: 90, rows: 20 });
    player.seek(1000);
    expect(place.seen.screen).toBe("abc");
    expect(place.seen.at).toBe(60);
  });

  it("plays at its speed, skips long pauses and stops at the end", () => {
    const place = stage();
    const player = new Player(readTape(CAST), place);
    player.tick(5);
    expect(place.seen.screen).toBe("a");
    player.options = { pauseMax: 2, speed: 2 };
    player.play();
    player.tick(0.5);
    expect(place.seen.screen).toBe("ab");
    player.tick(0.5);
    expect(place.seen.size.columns).toBe(100);
    // 57 seconds of nothing take two.
    player.tick(0.1);
    expect(place.seen.at).toBeCloseTo(58);
    player.tick(1);
    expect(place.seen.screen).toBe("abc");
    expect(place.seen.isPlaying).toBe(false);
    player.play();
    expect(place.seen.screen).toBe("a");
  });
});
