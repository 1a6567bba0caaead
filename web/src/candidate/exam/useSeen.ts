import { useEffect, useState } from "react";
import type { Schemas } from "../../api/client";

interface Place {
  currentId: string;
  seen: ReadonlySet<string>;
}

/** Where the candidate is and what was seen; a reload of this tab comes back to the same place. */
export function useSeen(sessionId: string, ids: readonly string[], responses: readonly Schemas["SavedResponse"][]) {
  const key = `assay-place-${sessionId}`;
  const [place, setPlace] = useState<Place>(() => {
    const kept = JSON.parse(sessionStorage.getItem(key) ?? "{}") as { currentId?: string; seen?: string[] };
    const currentId = kept.currentId !== undefined && ids.includes(kept.currentId) ? kept.currentId : (ids[0] ?? "");
    const saved = responses.filter((response) => response.is_seen).map((response) => response.entry_id);
    return { currentId, seen: new Set([...(kept.seen ?? []), ...saved, currentId]) };
  });
  useEffect(() => {
    sessionStorage.setItem(key, JSON.stringify({ currentId: place.currentId, seen: [...place.seen] }));
  }, [key, place]);
  const go = (entryId: string) => setPlace(({ seen }) => ({ currentId: entryId, seen: new Set(seen).add(entryId) }));
  return { ...place, go };
}
