import { X } from "lucide-react";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import type { OutboxState } from "../../core/outbox";
import { Banner } from "../../ui/Banner";
import { t } from "./messages";

interface Props {
  state: OutboxState;
  isReachable: boolean;
  isTimeUp: boolean;
  adjustments: Schemas["Adjustment"][];
  /** How many of them the candidate knew when the page was opened. */
  adjustmentsBefore: number;
}

/** What the candidate must know now, calmly, above the question. */
export function Notices({ state, isReachable, isTimeUp, adjustments, adjustmentsBefore }: Props) {
  const [known, setKnown] = useState(adjustmentsBefore);
  const [returnKnown, setReturnKnown] = useState<OutboxState>();
  const fresh = adjustments.slice(known).filter((one) => one.delta_ms > 0);
  const close = (onClick: () => void) => (
    <button type="button" className="button quiet icon" aria-label={t("notice.close")} onClick={onClick}><X size={18} aria-hidden="true" /></button>
  );
  const sent = state.sentOnReturn;
  return (
    <div className="notices">
      {isTimeUp && <Banner tone="info" isUrgent><p><strong>{t("time.up")}</strong> {t("time.up_next")}</p></Banner>}
      {!isReachable && (
        <Banner tone="warn">
          <p><strong>{t("offline.title")}</strong> {state.isJournaled ? t("offline.kept", { count: state.unsent }) : t("offline.open")}</p>
        </Banner>
      )}
      {isReachable && sent !== undefined && returnKnown?.sentOnReturn !== sent && (
        <div className="notice"><Banner tone="good"><p>{t("offline.sent", { count: sent })}</p></Banner>{close(() => setReturnKnown(state))}</div>
      )}
      {!state.isJournaled && isReachable && <Banner tone="warn"><p>{t("save.no_journal")}</p></Banner>}
      {fresh.map((one) => (
        <div className="notice" key={one.at_ms}>
          <Banner tone="good" isUrgent><p>{t("time.extended", { minutes: Math.round(one.delta_ms / 60_000), reason: one.reason })}</p></Banner>
          {close(() => setKnown(adjustments.length))}
        </div>
      ))}
    </div>
  );
}
