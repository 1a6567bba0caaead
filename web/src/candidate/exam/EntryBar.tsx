import { ChevronLeft, ChevronRight, Flag } from "lucide-react";
import type { ReactNode } from "react";
import { t } from "./messages";

export interface EntryActions {
  isFlagged: boolean;
  isLocked: boolean;
  onFlag: () => void;
  onPrevious?: (() => void) | "" | undefined;
  onNext?: (() => void) | "" | undefined;
}

export function FlagButton({ isFlagged, isLocked, onFlag }: EntryActions) {
  return (
    <button type="button" className="button flag" aria-pressed={isFlagged} disabled={isLocked} onClick={onFlag}>
      <Flag size={18} fill={isFlagged ? "currentColor" : "none"} aria-hidden="true" /> {t("entry.flag")}
    </button>
  );
}

/** Previous and next, with whatever belongs between them. */
export function EntryBar({ onPrevious, onNext, children }: EntryActions & { children?: ReactNode }) {
  return (
    <div className="entry-bar">
      <button type="button" className="button" disabled={!onPrevious} onClick={onPrevious || undefined}><ChevronLeft size={18} aria-hidden="true" /> {t("entry.previous")}</button>
      {children}
      <button type="button" className="button" disabled={!onNext} onClick={onNext || undefined}>{t("entry.next")} <ChevronRight size={18} aria-hidden="true" /></button>
    </div>
  );
}
