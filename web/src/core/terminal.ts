// One terminal of a lab over a WebSocket: flow control, reconnecting with the screen restored, and the round trip.

export type TerminalState =
  | { kind: "connecting"; attempt: number }
  | { kind: "connected" }
  /** Not connected; tries again. The code tells why, if the server told. */
  | { kind: "waiting"; retryInMs: number; code?: string }
  /** The shell ended; the next key starts a new one on the same connection. */
  | { kind: "exited" }
  /** Refused for good. */
  | { kind: "refused"; code: string; detail: string }
  | { kind: "closed" };

export interface Size {
  columns: number;
  rows: number;
}

/** The part of WebSocket that is used here. */
export interface Socket {
  binaryType: BinaryType;
  readyState: number;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(): void;
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
}

export interface TerminalOptions {
  /** A ticket for one connection. Rejects with a TerminalRefusal if there is none to be had, or none yet. */
  ticket: () => Promise<string>;
  open: () => Socket;
  size: () => Size;
  /** Draws the bytes and then calls `drawn`. */
  onBytes: (bytes: Uint8Array, drawn: () => void) => void;
  /** A connection begins; the server sends the screen anew. */
  onRestore: () => void;
  onState: (state: TerminalState) => void;
  onRoundTrip: (ms: number) => void;
  now?: () => number;
  random?: () => number;
}

/** The server gave no ticket, and said why. */
export class TerminalRefusal extends Error {
  readonly code: string;
  constructor(code: string, detail: string) {
    super(detail);
    this.code = code;
  }
}

export const PROTOCOL = "assay.terminal.v1";
const OPEN = 1;
/** The server lets 128 KiB be undrawn; acknowledging in such steps keeps it flowing. */
const ACK_STEP_BYTES = 16 * 1024;
const PING_EVERY_MS = 3_000;
/** No answer for so long means that the connection is dead, whatever the socket says. */
const SILENCE_MAX_MS = 12_000;
const RETRY_FIRST_MS = 500;
const RETRY_MAX_MS = 10_000;
/** The server takes messages of 64 KiB; a longer paste goes in pieces. */
const MESSAGE_BYTES_MAX = 32 * 1024;

type ServerMessage =
  | { type: "attached" }
  | { type: "pong"; id: number }
  | { type: "exited" }
  | { type: "problem"; code: string; detail?: string };

/** Problems after which connecting again is of no use, or would take the terminal away from where it is used now. */
const FINAL = new Set([
  "stale_epoch", "session_closed", "terminal_replaced", "not_found", "not_signed_in", "wrong_state", "unknown_entry", "bad_request",
]);

export class TerminalConnection {
  readonly #options: TerminalOptions;
  #socket: Socket | undefined;
  #attempt = 0;
  #isEnded = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #pinging: ReturnType<typeof setInterval> | undefined;
  #ping: { id: number; at: number } | undefined;
  #pingId = 0;
  #heardAt = 0;
  #undrawn = 0;
  #unacknowledged = 0;
  #hasExited = false;

  constructor(options: TerminalOptions) {
    this.#options = options;
  }

  connect = (): void => {
    if (this.#socket || this.#isEnded) return;
    clearTimeout(this.#retry);
    this.#attempt += 1;
    this.#options.onState({ kind: "connecting", attempt: this.#attempt });
    this.#options.ticket().then(
      (ticket) => { if (!this.#isEnded && !this.#socket) this.#attach(ticket); },
      (error: unknown) => {
        if (error instanceof TerminalRefusal) this.#refuse(error.code, error.message);
        else this.#retryLater();
      },
    );
  };

  /** Begins anew after the lab was reset or the terminal was used elsewhere. */
  restart(): void {
    this.#drop();
    this.#isEnded = false;
    this.#attempt = 0;
    this.connect();
  }

  write(text: string): void {
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length; at += MESSAGE_BYTES_MAX) this.#sendBytes(bytes.slice(at, at + MESSAGE_BYTES_MAX));
  }

  resize(size: Size): void {
    this.#sendMessage({ type: "resize", ...size });
  }

  close(): void {
    this.#end({ kind: "closed" });
  }

  #attach(ticket: string): void {
    const socket = this.#options.open();
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    this.#undrawn = 0;
    this.#unacknowledged = 0;
    socket.onopen = () => this.#sendMessage({ type: "attach", ticket, ...this.#options.size() });
    socket.onmessage = (event) => {
      if (this.#socket !== socket) return;
      this.#heardAt = this.#now();
      if (typeof event.data === "string") this.#receive(JSON.parse(event.data) as ServerMessage);
      else this.#draw(socket, new Uint8Array(event.data as ArrayBuffer));
    };
    socket.onclose = () => {
      if (this.#socket !== socket) return;
      this.#drop();
      if (!this.#isEnded) this.#retryLater();
    };
  }

  #receive(message: ServerMessage): void {
    switch (message.type) {
      case "attached":
        this.#attempt = 0;
        this.#hasExited = false;
        this.#options.onRestore();
        this.#options.onState({ kind: "connected" });
        this.#startPings();
        return;
      case "pong":
        if (this.#ping?.id === message.id) this.#options.onRoundTrip(this.#now() - this.#ping.at);
        return;
      case "exited":
        this.#hasExited = true;
        this.#options.onState({ kind: "exited" });
        return;
      case "problem":
        this.#refuse(message.code, message.detail ?? "");
    }
  }

  #refuse(code: string, detail: string): void {
    if (FINAL.has(code)) {
      this.#end({ kind: "refused", code, detail });
      return;
    }
    this.#drop();
    this.#retryLater(code);
  }

  #draw(socket: Socket, bytes: Uint8Array): void {
    if (this.#hasExited) {
      this.#hasExited = false;
      this.#options.onState({ kind: "connected" });
    }
    this.#undrawn += bytes.length;
    this.#options.onBytes(bytes, () => {
      if (this.#socket !== socket) return;
      this.#undrawn -= bytes.length;
      this.#unacknowledged += bytes.length;
      if (this.#unacknowledged < ACK_STEP_BYTES && this.#undrawn > 0) return;
      this.#sendMessage({ type: "ack", bytes: this.#unacknowledged });
      this.#unacknowledged = 0;
    });
  }

  #startPings(): void {
    clearInterval(this.#pinging);
    this.#heardAt = this.#now();
    const ping = () => {
      if (this.#now() - this.#heardAt > SILENCE_MAX_MS) {
        this.#drop();
        this.#retryLater();
        return;
      }
      this.#pingId += 1;
      this.#ping = { id: this.#pingId, at: this.#now() };
      this.#sendMessage({ type: "ping", id: this.#pingId });
    };
    ping();
    this.#pinging = setInterval(ping, PING_EVERY_MS);
  }

  #retryLater(code?: string): void {
    const bound = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** this.#attempt);
    const random = (this.#options.random ?? Math.random)();
    const retryInMs = RETRY_FIRST_MS + Math.round(random * (bound - RETRY_FIRST_MS));
    this.#options.onState(code === undefined ? { kind: "waiting", retryInMs } : { kind: "waiting", retryInMs, code });
    clearTimeout(this.#retry);
    this.#retry = setTimeout(this.connect, retryInMs);
  }

  #end(state: TerminalState): void {
    this.#isEnded = true;
    clearTimeout(this.#retry);
    this.#drop();
    this.#options.onState(state);
  }

  #drop(): void {
    clearInterval(this.#pinging);
    const socket = this.#socket;
    this.#socket = undefined;
    this.#ping = undefined;
    socket?.close();
  }

  #sendMessage(message: object): void {
    if (this.#socket?.readyState === OPEN) this.#socket.send(JSON.stringify(message));
  }

  #sendBytes(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#socket?.readyState === OPEN) this.#socket.send(bytes);
  }

  #now(): number {
    return (this.#options.now ?? (() => performance.now()))();
  }
}
