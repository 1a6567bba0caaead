import { CloudCheck, CloudOff, CloudUpload, TriangleAlert } from "lucide-react";
import type { OutboxState } from "../../core/outbox";
import { timeOfDay, utc } from "../../messages/messages";
import { t } from "./messages";

/** Whether everything is on the server. */
export function SaveState({ state, isReachable }: { state: OutboxState; isReachable: boolean }) {
  const refused = Object.values(state.entries).filter((entry) => entry.refusal).length;
  const [Icon, text] = !isReachable ? [CloudOff, state.unsent > 0 ? t("save.offline", { count: state.unsent }) : t("save.offline_none")] as const
    : state.unsent > 0 ? [CloudUpload, t("save.saving")] as const
    : refused > 0 ? [TriangleAlert, t("save.refused", { count: refused })] as const
    : [CloudCheck, state.lastSavedAtMs === undefined ? t("save.nothing") : t("save.saved", { time: timeOfDay(state.lastSavedAtMs) })] as const;
  const title = state.lastSavedAtMs === undefined ? undefined : utc(state.lastSavedAtMs);
  return <span className="save-state" title={title}><Icon size={18} aria-hidden="true" /><span>{text}</span></span>;
}
