import { useState } from "react";
import { Banner } from "../../../ui/Banner";
import { Dialog } from "../../../ui/Dialog";
import type { problemText } from "../../problems";
import { t } from "./messages";

interface Props {
  onReset: () => Promise<void>;
  onClose: () => void;
  problem: typeof problemText;
}

/** Asks before work is thrown away, and says which. */
export function ResetDialog({ onReset, onClose, problem }: Props) {
  const [isRunning, setIsRunning] = useState(false);
  const [error, setError] = useState<unknown>();
  const confirm = async () => {
    setIsRunning(true);
    try {
      await onReset();
    } catch (caught) {
      setError(caught);
      setIsRunning(false);
    }
  };
  const text = error === undefined ? undefined : problem(error);
  return (
    <Dialog title={t("reset.title")} onClose={onClose}>
      <p>{t("reset.lost")}</p>
      <ul>
        <li>{t("reset.lost_files")}</li>
        <li>{t("reset.lost_processes")}</li>
        <li>{t("reset.lost_checks")}</li>
      </ul>
      <p>{t("reset.kept")}</p>
      {text && <Banner tone="bad" isUrgent><p><strong>{text.title}</strong></p><p>{text.next}</p></Banner>}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>{t("reset.cancel")}</button>
        <button type="button" className="button danger" disabled={isRunning} onClick={() => void confirm()}>{t(isRunning ? "reset.running" : "reset.confirm")}</button>
      </div>
    </Dialog>
  );
}
