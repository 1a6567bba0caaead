// The lab of a task: reset it, and tickets for its terminals.
import { get, post, put, type Schemas } from "./client";

const lab = (sessionId: string, entryId: string) => `/sessions/${sessionId}/labs/${entryId}`;

export const resetLab = (sessionId: string, entryId: string, epoch: number, checkpoint?: number): Promise<Schemas["LabView"]> =>
  post(`${lab(sessionId, entryId)}/reset`, { epoch, checkpoint: checkpoint ?? null });

export const listCheckpoints = (sessionId: string, entryId: string): Promise<Schemas["Checkpoints"]> =>
  get(`${lab(sessionId, entryId)}/checkpoints`);

export const keepState = (sessionId: string, entryId: string, epoch: number): Promise<Schemas["Checkpoints"]> =>
  post(`${lab(sessionId, entryId)}/checkpoints`, { epoch });

const query = (values: Record<string, string | number>) =>
  new URLSearchParams(Object.entries(values).map(([name, value]) => [name, String(value)])).toString();

export const listDirectory = (sessionId: string, entryId: string, epoch: number, host: string, path: string): Promise<Schemas["LabDirectory"]> =>
  get(`${lab(sessionId, entryId)}/directory?${query({ epoch, host, path })}`);

export const readFile = (sessionId: string, entryId: string, epoch: number, host: string, path: string): Promise<Schemas["LabFile"]> =>
  get(`${lab(sessionId, entryId)}/file?${query({ epoch, host, path })}`);

export const writeFile = (sessionId: string, entryId: string, host: string, path: string, content: Schemas["LabFileContent"]): Promise<Schemas["LabFile"]> =>
  put(`${lab(sessionId, entryId)}/file?${query({ host, path })}`, content);

export const showPort = (sessionId: string, entryId: string, epoch: number, host: string, port: number): Promise<Schemas["Preview"]> =>
  post(`${lab(sessionId, entryId)}/previews`, { epoch, host, port });

export const takeTerminalTicket = (sessionId: string, entryId: string, epoch: number, host: string, terminal: number): Promise<Schemas["TerminalTicket"]> =>
  post(`${lab(sessionId, entryId)}/terminal-tickets`, { epoch, host, terminal });
