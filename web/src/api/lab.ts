// The lab of a task: reset it, and tickets for its terminals.
import { post, type Schemas } from "./client";

const lab = (sessionId: string, entryId: string) => `/sessions/${sessionId}/labs/${entryId}`;

export const resetLab = (sessionId: string, entryId: string, epoch: number): Promise<Schemas["LabView"]> =>
  post(`${lab(sessionId, entryId)}/reset`, { epoch });

export const takeTerminalTicket = (sessionId: string, entryId: string, epoch: number, host: string, terminal: number): Promise<Schemas["TerminalTicket"]> =>
  post(`${lab(sessionId, entryId)}/terminal-tickets`, { epoch, host, terminal });
