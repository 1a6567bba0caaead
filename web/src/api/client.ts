// All requests to the server. Types come from the generated schema; every refusal is a ProblemError.
import type { components } from "./schema";

export type Schemas = components["schemas"];
export type ErrorCode = Schemas["ErrorCode"];
type ProblemDocument = Schemas["Problem"] & Record<string, unknown>;

/** The server refused, and said why. */
export class ProblemError extends Error {
  readonly problem: ProblemDocument;
  constructor(problem: ProblemDocument) {
    super(problem.detail || problem.title);
    this.problem = problem;
  }
  get code(): ErrorCode {
    return this.problem.code;
  }
}

/** The server was not reached, or something between us and it answered. */
export class NetworkError extends Error {}

export interface RequestOptions {
  /** The request outlives the page (answers on their way when the tab closes). */
  keepalive?: boolean;
  signal?: AbortSignal;
}

type Method = "GET" | "POST" | "PUT";

export async function request<T>(method: Method, path: string, body?: unknown, options: RequestOptions = {}): Promise<T> {
  const init: RequestInit = { method, headers: { Accept: "application/json", "X-Requested-With": "assay" }, ...options };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { ...init.headers, "Content-Type": "application/json" };
  }
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, init);
  } catch (error) {
    throw new NetworkError("the server was not reached", { cause: error });
  }
  if (response.status === 204) return undefined as T;
  const type = response.headers.get("content-type") ?? "";
  if (response.ok && type.includes("json")) return (await response.json()) as T;
  if (type.includes("problem+json")) throw new ProblemError((await response.json()) as ProblemDocument);
  throw new NetworkError(`the server answered with status ${response.status}`);
}

/** A text that is no JSON, such as a recording. */
export async function getText(path: string): Promise<string> {
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, { headers: { "X-Requested-With": "assay" } });
  } catch (error) {
    throw new NetworkError("the server was not reached", { cause: error });
  }
  if (response.ok) return response.text();
  if (response.headers.get("content-type")?.includes("problem+json")) throw new ProblemError((await response.json()) as ProblemDocument);
  throw new NetworkError(`the server answered with status ${response.status}`);
}

export const get = <T>(path: string, options?: RequestOptions): Promise<T> => request<T>("GET", path, undefined, options);
export const post = <T>(path: string, body: unknown = {}, options?: RequestOptions): Promise<T> => request<T>("POST", path, body, options);
export const put = <T>(path: string, body: unknown, options?: RequestOptions): Promise<T> => request<T>("PUT", path, body, options);
