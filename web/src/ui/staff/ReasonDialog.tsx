import { type FormEvent, type ReactNode, useId, useRef, useState } from "react";
import { t } from "./messages";
import { ProblemBanner } from "./ProblemBanner";
import { StaffDialog } from "./StaffDialog";

interface Props {
  title: string;
  /** The word on the button that does it. */
  action: string;
  isDangerous?: boolean;
  /** What it does; further fields. */
  children: ReactNode;
  /** False keeps the form open: a field of the caller's is not right yet. */
  check?: () => boolean;
  onConfirm: (reason: string) => Promise<void>;
  onClose: () => void;
}

/** Does something that must be explained: nothing is sent without a reason. */
export function ReasonDialog({ title, action, isDangerous, children, check, onConfirm, onClose }: Props) {
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const [reason, setReason] = useState("");
  const [isMissing, setIsMissing] = useState(false);
  const [isWorking, setIsWorking] = useState(false);
  const [error, setError] = useState<unknown>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (isWorking || (check && !check())) return;
    if (reason.trim() === "") {
      setIsMissing(true);
      field.current?.focus();
      return;
    }
    setIsWorking(true);
    setError(undefined);
    try {
      await onConfirm(reason.trim());
      onClose();
    } catch (caught) {
      setError(caught);
      setIsWorking(false);
    }
  };
  return (
    <StaffDialog title={title} onClose={onClose}>
      <form className="stack" noValidate onSubmit={(event) => void submit(event)}>
        {children}
        <div className="field">
          <label htmlFor={id}>{t("reason.label")}</label>
          <textarea
            ref={field}
            id={id}
            rows={3}
            maxLength={500}
            required
            value={reason}
            aria-invalid={isMissing}
            aria-describedby={isMissing ? `${id}-error` : `${id}-hint`}
            onChange={(event) => { setReason(event.target.value); setIsMissing(false); }}
          />
          {isMissing ? <p id={`${id}-error`} className="error small" role="alert">{t("reason.missing")}</p> : <p id={`${id}-hint`} className="quiet small">{t("reason.hint")}</p>}
        </div>
        {error !== undefined && <ProblemBanner error={error} />}
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>{t("cancel")}</button>
          <button type="submit" className={`button ${isDangerous ? "danger" : "primary"}`} aria-disabled={isWorking}>{isWorking ? t("form.working") : action}</button>
        </div>
      </form>
    </StaffDialog>
  );
}
