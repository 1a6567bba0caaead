// A recording of a terminal (asciicast v2) and the clock that plays it. Knows no screen: it only says what to draw.

export interface Size {
  columns: number;
  rows: number;
}

export type TapeEvent =
  | { at: number; kind: "output"; text: string }
  | { at: number; kind: "resize"; size: Size };

export interface Tape {
  size: Size;
  /** In the order of time; seconds since the lab was made. */
  events: readonly TapeEvent[];
  /** Seconds of the first and the last event. */
  from: number;
  to: number;
}

/** Reads a tape. Lines that are not understood are left out: a tape that was cut is still worth seeing. */
export function readTape(text: string): Tape {
  const [first = "", ...lines] = text.split("\n");
  const header = parsed(first);
  const { width, height } = (header ?? {}) as { width?: number; height?: number };
  const events = lines.flatMap((line): TapeEvent[] => {
    const event = parsed(line);
    if (!Array.isArray(event)) return [];
    const [at, code, data] = event as [unknown, unknown, unknown];
    if (typeof at !== "number" || typeof data !== "string") return [];
    if (code === "o") return [{ at, kind: "output", text: data }];
    const size = /^(\d+)x(\d+)$/.exec(data);
    if (code === "r" && size) return [{ at, kind: "resize", size: { columns: Number(size[1]), rows: Number(size[2]) } }];
    return [];
  });
  return { size: { columns: width ?? 80, rows: height ?? 24 }, events, from: events[0]?.at ?? 0, to: events.at(-1)?.at ?? 0 };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

export interface Stage {
  /** Begins anew with an empty screen of this size. */
  reset: (size: Size) => void;
  draw: (text: string) => void;
  resize: (size: Size) => void;
  /** Where it is, in seconds, and whether it goes on by itself. */
  onMove: (at: number, isPlaying: boolean) => void;
}

export interface PlayerOptions {
  /** Longest pause without output, in seconds; longer ones are skipped. */
  pauseMax: number;
  speed: number;
}

/** Plays a tape on a stage. Time comes from outside: `tick` is called with seconds that have passed. */
export class Player {
  readonly #tape: Tape;
  readonly #stage: Stage;
  options: PlayerOptions = { pauseMax: 2, speed: 1 };
  #next = 0;
  #at: number;
  #isPlaying = false;

  constructor(tape: Tape, stage: Stage) {
    this.#tape = tape;
    this.#stage = stage;
    this.#at = tape.from;
    this.seek(tape.from);
  }

  get isPlaying(): boolean {
    return this.#isPlaying;
  }

  play(): void {
    if (this.#at >= this.#tape.to) this.seek(this.#tape.from);
    this.#isPlaying = true;
    this.#tell();
  }

  pause(): void {
    this.#isPlaying = false;
    this.#tell();
  }

  /** Shows the screen as it was at that moment. */
  seek(at: number): void {
    const target = Math.min(Math.max(at, this.#tape.from), this.#tape.to);
    if (target < this.#at || this.#next === 0) {
      this.#next = 0;
      this.#stage.reset(this.#tape.size);
    }
    this.#at = target;
    this.#drawUntil(target);
    this.#tell();
  }

  tick(seconds: number): void {
    if (!this.#isPlaying) return;
    this.#at += seconds * this.options.speed;
    const next = this.#tape.events[this.#next];
    if (next && next.at - this.#at > this.options.pauseMax) this.#at = next.at - this.options.pauseMax;
    this.#drawUntil(this.#at);
    if (this.#next >= this.#tape.events.length) {
      this.#at = this.#tape.to;
      this.#isPlaying = false;
    }
    this.#tell();
  }

  #drawUntil(at: number): void {
    let text = "";
    for (let event = this.#tape.events[this.#next]; event && event.at <= at; event = this.#tape.events[this.#next]) {
      this.#next += 1;
      if (event.kind === "output") {
        text += event.text;
        continue;
      }
      if (text) this.#stage.draw(text);
      text = "";
      this.#stage.resize(event.size);
    }
    if (text) this.#stage.draw(text);
  }

  #tell(): void {
    this.#stage.onMove(this.#at, this.#isPlaying);
  }
}
