import { useEffect, useState } from "react";
import { get, type Schemas } from "../../api/client";
import { resetLab } from "../../api/lab";

const ASK_EVERY_MS = 2_000;

/** The lab of a task. While it is being made ready the server is asked how far it is. */
export function useLab(sessionId: string, epoch: number, task: Schemas["PaperTask"], isWatched: boolean) {
  const [lab, setLab] = useState(task.lab);
  const [error, setError] = useState<unknown>();
  /** Rises with each reset: terminals of the lab before are gone. */
  const [generation, setGeneration] = useState(0);
  const isPending = lab.state === "preparing" || lab.state === "resetting";
  useEffect(() => {
    if (!isPending || !isWatched) return undefined;
    const timer = setInterval(() => {
      void get<Schemas["Paper"]>(`/sessions/${sessionId}/paper`).then((paper) => {
        const found = paper.sections.flatMap((section) => section.entries).find((entry) => entry.entry_id === task.entry_id);
        if (found?.kind === "task") setLab(found.lab);
      }, () => undefined);
    }, ASK_EVERY_MS);
    return () => clearInterval(timer);
  }, [isPending, isWatched, sessionId, task.entry_id]);
  const reset = async (checkpoint?: number) => {
    const before = lab;
    setError(undefined);
    setLab({ state: "resetting" });
    setGeneration((one) => one + 1);
    try {
      setLab(await resetLab(sessionId, task.entry_id, epoch, checkpoint));
    } catch (caught) {
      setLab(before);
      setError(caught);
    }
  };
  return { lab, error, generation, reset };
}
