import { RotateCw } from "lucide-react";
import { useState } from "react";
import { post, type Schemas } from "../api/client";
import { ProblemBanner } from "../ui/staff/ProblemBanner";
import { t } from "./messages";

/** Grades what the labs of a session left once more and shows what comes out now. It changes no score. */
export function Regrade({ check }: { check: Schemas["BrokenCheck"] }) {
  const [isBusy, setIsBusy] = useState(false);
  const [now, setNow] = useState<Schemas["RegradedCheck"]>();
  const [error, setError] = useState<unknown>();
  const ask = async () => {
    setIsBusy(true);
    setError(undefined);
    try {
      const { checks } = await post<Schemas["Regrade"]>(`/regrades/${check.session_id}`);
      setNow(checks.find((one) => one.entry_id === check.entry_id && one.check_id === check.check_id));
    } catch (caught) {
      setError(caught);
    }
    setIsBusy(false);
  };
  return (
    <div className="regrade">
      <button type="button" className="button" disabled={isBusy} aria-label={t("regrade.for", { check: check.check_title, name: check.candidate_name })} onClick={() => void ask()}>
        <RotateCw size={16} aria-hidden="true" /> {t(isBusy ? "regrade.working" : "regrade.button")}
      </button>
      {error !== undefined && <ProblemBanner error={error} />}
      {now && <p role="status">{t("regrade.now", { outcome: t(`regrade.${now.outcome_now}` as "regrade.pass") })}{now.found_now ? ` ${t("regrade.found", { found: now.found_now })}` : ""}</p>}
    </div>
  );
}
