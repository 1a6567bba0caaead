import { useEffect, useState } from "react";
import { post, type Schemas } from "../../api/client";

/** What was handed in. Handing in again only tells it again, however the session ended. */
export function useFinished(sessionId: string, epoch: number): Schemas["Finished"] | undefined {
  const [finished, setFinished] = useState<Schemas["Finished"]>();
  useEffect(() => {
    post<Schemas["Finished"]>(`/sessions/${sessionId}/finish`, { epoch, heads: [] }).then(setFinished, () => undefined);
  }, [sessionId, epoch]);
  return finished;
}
