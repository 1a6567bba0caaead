// What the candidate's page is about, as a pure machine: the server's state of the session, and what this device knows
// beyond it (that another one took over, that the server is not reached).

/** `moved`: the session runs, but on another device or in another tab. */
export type Phase = "loading" | "registered" | "waiting" | "running" | "moved" | "submitted" | "graded";
export type ServerPhase = Exclude<Phase, "loading" | "moved">;

export interface SessionState {
  phase: Phase;
  /** The epoch at which this device sits the session; nothing if it does not. */
  epoch: number | undefined;
  isReachable: boolean;
}

export type SessionEvent =
  /** The server told how the session is. */
  | { kind: "told"; phase: ServerPhase; epoch: number }
  /** This device got the paper. */
  | { kind: "opened"; epoch: number }
  /** A save or another tab showed that this device is the older one. */
  | { kind: "taken_over" }
  | { kind: "unreachable" }
  | { kind: "reached" };

export const initialSession: SessionState = { phase: "loading", epoch: undefined, isReachable: true };

export function step(state: SessionState, event: SessionEvent): SessionState {
  switch (event.kind) {
    case "unreachable":
      return { ...state, isReachable: false };
    case "reached":
      return { ...state, isReachable: true };
    case "opened":
      return { phase: "running", epoch: event.epoch, isReachable: true };
    case "taken_over":
      return state.phase === "running" ? { ...state, phase: "moved", epoch: undefined } : state;
    case "told": {
      const told = { ...state, isReachable: true };
      if (event.phase !== "running") return { ...told, phase: event.phase, epoch: undefined };
      // A paper is needed to run; without one the caller opens it, or finds that another device has it.
      if (state.phase === "running" && state.epoch !== undefined && event.epoch > state.epoch) return { ...told, phase: "moved", epoch: undefined };
      return told;
    }
  }
}
