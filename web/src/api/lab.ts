// The lab of a task: reset it, and tickets for its terminals.
import { get, post, type Schemas } from "./client";

const lab = (sessionId: string, entryId: string) => `/sessions/${sessionId}/labs/${entryId}`;

export const resetLab = (sessionId: string, entryId: string, epoch: number, checkpoint?: number): Promise<Schemas["LabView"]> =>
  post(`${lab(sessionId, entryId)}/reset`, { epoch, checkpoint: checkpoint ?? null });

export const listCheckpoints = (sessionId: string, entryId: string): Promise<Schemas["Checkpoints"]> =>
  get(`${lab(sessionId, entryId)}/checkpoints`);

export const keepState = (sessionId: string, entryId: string, epoch: number): Promise<Schemas["Checkpoints"]> =>
  post(`${lab(sessionId, entryId)}/checkpoints`, { epoch });

export const takeTerminalTicket = (sessionId: string, entryId: string, epoch: number, host: string, terminal: number): Promise<Schemas["TerminalTicket"]> =>
  post(`${lab(sessionId, entryId)}/terminal-tickets`, { epoch, host, terminal });
