import { useCallback, useEffect, useRef, useState } from "react";
import { post, type Schemas } from "../api/client";
import { duration } from "../messages/messages";
import { Banner } from "../ui/Banner";
import { ProblemBanner } from "../ui/staff/ProblemBanner";
import { StaffDialog } from "../ui/staff/StaffDialog";
import { t } from "./messages";
import { type SeatDialogProps, seatPath } from "./SeatDialog";
import { grouped } from "./standing";

/** Shows a fresh code. It lives in this dialog only: closing, expiry and the candidate's start remove it from the page. */
export function RevealDialog({ roomId, seat, serverNowMs, refresh, onClose }: SeatDialogProps) {
  const [code, setCode] = useState<Schemas["RevealedCode"]>();
  const [error, setError] = useState<unknown>();
  const [stateAtFirst] = useState(seat.state);
  const hasAsked = useRef(false);
  const path = `${seatPath(roomId, seat)}/reveal-code`;
  const reveal = useCallback(async () => {
    setCode(undefined);
    setError(undefined);
    try {
      setCode(await post<Schemas["RevealedCode"]>(path));
      void refresh();
    } catch (caught) {
      setError(caught);
    }
  }, [path, refresh]);
  useEffect(() => {
    // Every asking makes a new code, so it must happen once.
    if (hasAsked.current) return;
    hasAsked.current = true;
    void reveal();
  }, [reveal]);

  const name = seat.candidate_name;
  const leftMs = code ? code.expires_at_ms - serverNowMs : 0;
  const hasStarted = stateAtFirst !== "running" && seat.state === "running";
  return (
    <StaffDialog title={t("reveal.title", { name, label: seat.label })} onClose={onClose}>
      {error !== undefined && <ProblemBanner error={error} onRetry={() => void reveal()} />}
      {!code && error === undefined && <p role="status">{t("reveal.working")}</p>}
      {code && hasStarted && <Banner tone="good">{t("reveal.started", { name })}</Banner>}
      {code && !hasStarted && leftMs <= 0 && <Banner tone="warn">{t("reveal.expired")}</Banner>}
      {code && !hasStarted && leftMs > 0 && (
        <>
          <p className="seat-code" role="status">{grouped(code.seat_code)}</p>
          <p className="reveal-note">{t("reveal.expires", { time: duration(leftMs) })}</p>
          <p className="quiet small reveal-note">{t("reveal.note")}</p>
        </>
      )}
      <div className="dialog-actions">
        {code && !hasStarted && leftMs <= 0 && <button type="button" className="button" onClick={() => void reveal()}>{t("reveal.again")}</button>}
        <button type="button" className="button primary" onClick={onClose}>{t("reveal.hide")}</button>
      </div>
    </StaffDialog>
  );
}
