import { useState } from "react";
import { get, post, type Schemas } from "../api/client";
import { timeOfDay, utc } from "../messages/messages";
import { Banner } from "../ui/Banner";
import { Heading } from "../ui/staff/Heading";
import { ProblemBanner } from "../ui/staff/ProblemBanner";
import { ReasonDialog } from "../ui/staff/ReasonDialog";
import { Loading } from "../ui/staff/Shell";
import { useAsked } from "../ui/staff/useAsked";
import { t } from "./messages";
import { Regrade } from "./Regrade";

type Check = Schemas["BrokenCheck"];
interface Decision { check: Check; outcome: Schemas["DecidedOutcome"] }

export function BrokenChecks() {
  const { data, error, refresh } = useAsked(() => get<Schemas["BrokenChecks"]>("/broken-checks"), "broken");
  const [open, setOpen] = useState<Decision>();
  const [done, setDone] = useState<Decision>();
  const decide = async ({ check, outcome }: Decision, reason: string) => {
    const path = [check.session_id, check.entry_id, check.check_id].map(encodeURIComponent).join("/");
    await post(`/broken-checks/${path}`, { outcome, reason });
    setDone({ check, outcome });
    await refresh();
  };
  return (
    <>
      <Heading title={t("broken.title")} />
      {error !== undefined && <ProblemBanner error={error} onRetry={() => void refresh()} />}
      {done && <Banner tone="good">{t(`broken.decided_${done.outcome}`, { check: done.check.check_title, name: done.check.candidate_name })}</Banner>}
      {!data && error === undefined && <Loading />}
      {data?.checks.length === 0 && <p>{t("broken.empty")}</p>}
      {data && data.checks.length > 0 && (
        <>
          <p>{t("broken.what")}</p>
          <BrokenTable checks={data.checks} onDecide={setOpen} />
        </>
      )}
      {open && <DecisionDialog decision={open} onConfirm={(reason) => decide(open, reason)} onClose={() => setOpen(undefined)} />}
    </>
  );
}

function BrokenTable({ checks, onDecide }: { checks: readonly Check[]; onDecide: (decision: Decision) => void }) {
  const button = (check: Check, outcome: Decision["outcome"]) => (
    <button
      type="button"
      className="button"
      id={`decide-${check.session_id}-${check.entry_id}-${check.check_id}-${outcome}`}
      aria-label={t(`broken.${outcome}_for`, { check: check.check_title, name: check.candidate_name })}
      onClick={() => onDecide({ check, outcome })}
    >
      {t(`broken.${outcome}`)}
    </button>
  );
  return (
    <div className="wide" role="region" aria-label={t("broken.title")} tabIndex={0}>
      <table className="small queue">
        <thead>
          <tr>
            <th scope="col">{t("broken.candidate")}</th>
            <th scope="col">{t("broken.task")}</th>
            <th scope="col">{t("broken.check")}</th>
            <th scope="col" className="number">{t("broken.points")}</th>
            <th scope="col">{t("broken.detail")}</th>
            <th scope="col">{t("broken.at")}</th>
            <th scope="col">{t("broken.decision")}</th>
          </tr>
        </thead>
        <tbody>
          {checks.map((check) => (
            <tr key={`${check.session_id}/${check.entry_id}/${check.check_id}`}>
              <th scope="row">{check.candidate_name}</th>
              <td>{check.task_title}</td>
              <td>{check.check_title}</td>
              <td className="number">{check.points}</td>
              <td>{check.detail}</td>
              <td><time dateTime={new Date(check.at_ms).toISOString()} title={utc(check.at_ms)}>{timeOfDay(check.at_ms)}</time></td>
              <td><div className="decide">{button(check, "pass")}{button(check, "fail")}</div><Regrade check={check} /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface DialogProps {
  decision: Decision;
  onConfirm: (reason: string) => Promise<void>;
  onClose: () => void;
}

function DecisionDialog({ decision: { check, outcome }, onConfirm, onClose }: DialogProps) {
  const words = { name: check.candidate_name, points: check.points, check: check.check_title, task: check.task_title };
  return (
    <ReasonDialog title={t(`broken.${outcome}_title`)} action={t(`broken.${outcome}_title`)} isDangerous={outcome === "fail"} onConfirm={onConfirm} onClose={onClose}>
      <p>{t(`broken.${outcome}_what`, words)}</p>
      <p className="quiet">{check.detail}</p>
    </ReasonDialog>
  );
}
