import { useEffect, useState } from "react";
import type { Schemas } from "../../api/client";
import { keepState, listCheckpoints } from "../../api/lab";
import { timeOfDay } from "../../messages/messages";
import { Dialog } from "../../ui/Dialog";
import { problemText } from "../problems";
import { t } from "./messages";

interface Props {
  sessionId: string;
  epoch: number;
  task: Schemas["PaperTask"];
  onClose: () => void;
  /** To the checkpoint of this number; without one, to the beginning. */
  onReset: (checkpoint?: number) => void;
}

/** Going back: to the beginning, or to a state that was kept. */
export function ResetDialog({ sessionId, epoch, task, onClose, onReset }: Props) {
  const { policy } = task;
  const [checkpoints, setCheckpoints] = useState<readonly Schemas["Checkpoint"][]>();
  const [error, setError] = useState<unknown>();
  const [chosen, setChosen] = useState<number | "beginning" | undefined>(policy.reset ? "beginning" : undefined);
  const [isKeeping, setIsKeeping] = useState(false);
  useEffect(() => {
    if (!policy.restore) return;
    listCheckpoints(sessionId, task.entry_id).then(({ checkpoints: found }) => setCheckpoints(found), setError);
  }, [sessionId, task.entry_id, policy.restore]);
  const keep = async () => {
    setIsKeeping(true);
    setError(undefined);
    try {
      setCheckpoints((await keepState(sessionId, task.entry_id, epoch)).checkpoints);
    } catch (caught) {
      setError(caught);
    }
    setIsKeeping(false);
  };
  const problem = error === undefined ? undefined : problemText(error);
  const radio = (value: number | "beginning", label: string) => (
    <label key={value} className="reset-choice">
      <input type="radio" name="reset" checked={chosen === value} onChange={() => setChosen(value)} /> {label}
    </label>
  );
  return (
    <Dialog title={t("reset.title")} onClose={onClose}>
      <p>{t("reset.lost")}</p>
      <p>{t("reset.kept")}</p>
      <p>{policy.cost_percent > 0 ? t("reset.cost", { percent: policy.cost_percent }) : t("reset.free")}</p>
      <fieldset className="reset-choices">
        <legend>{t("reset.to")}</legend>
        {policy.reset && radio("beginning", t("reset.to_beginning"))}
        {[...checkpoints ?? []].reverse().map((one) => radio(one.number, t("reset.to_time", { time: timeOfDay(one.at_ms) })))}
        {policy.restore && checkpoints?.length === 0 && <p className="quiet small">{t("reset.none_kept")}</p>}
      </fieldset>
      {policy.restore && (
        <p><button type="button" className="button" disabled={isKeeping} onClick={() => void keep()}>{t("reset.keep_state")}</button> <span className="quiet small">{t("reset.programs")}</span></p>
      )}
      {problem && <p role="alert" className="error">{problem.title} {problem.next}</p>}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>{t("reset.keep")}</button>
        <button type="button" className="button danger" disabled={chosen === undefined} onClick={() => onReset(chosen === "beginning" ? undefined : chosen)}>{t("reset.do")}</button>
      </div>
    </Dialog>
  );
}
