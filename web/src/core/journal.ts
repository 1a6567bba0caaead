// Where unsent responses are kept on this device until the server has acknowledged them.

/** What a candidate has given to one entry. */
export interface Answer {
  options: readonly string[];
  isFlagged: boolean;
}

export interface Revision extends Answer {
  revision: number;
}

/** A response with what the server is known to have of it. */
export interface Draft extends Revision {
  entryId: string;
  /** The newest revision that the server is known to have; 0 if none. */
  base: number;
  /** Revisions after `base` that may have been sent: they tell our own responses from another device's. */
  made: readonly Revision[];
}

export interface Journal {
  load(): Promise<Draft[]>;
  put(draft: Draft): Promise<void>;
  remove(entryId: string): Promise<void>;
}

const DATABASE = "assay-outbox";
const STORE = "drafts";

type Row = Draft & { sessionId: string };

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the journal failed"));
  });
}

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: ["sessionId", "entryId"] });
  return done(request);
}

function committed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error("the journal failed"));
  });
}

/** The journal of one session in IndexedDB. Session ids are unique, so nobody sees another person's drafts. */
export function indexedDbJournal(sessionId: string): Journal {
  const database = open();
  // The first user reports it; without this a browser that forbids storage would also log an unhandled rejection.
  database.catch(() => undefined);
  const write = async (change: (store: IDBObjectStore) => void): Promise<void> => {
    const transaction = (await database).transaction(STORE, "readwrite", { durability: "strict" });
    change(transaction.objectStore(STORE));
    await committed(transaction);
  };
  return {
    load: async () => {
      const store = (await database).transaction(STORE).objectStore(STORE);
      const range = IDBKeyRange.bound([sessionId], [sessionId, []]);
      const rows = await done(store.getAll(range) as IDBRequest<Row[]>);
      return rows.map(({ sessionId: _sessionId, ...draft }) => draft);
    },
    put: (draft) => write((store) => store.put({ ...draft, sessionId })),
    remove: (entryId) => write((store) => store.delete([sessionId, entryId])),
  };
}
