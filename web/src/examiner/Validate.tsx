import { useState } from "react";
import { post, type Schemas } from "../api/client";
import { Banner } from "../ui/Banner";
import { Heading } from "../ui/staff/Heading";
import { ProblemBanner } from "../ui/staff/ProblemBanner";
import { t } from "./messages";

export function Validate() {
  const [report, setReport] = useState<Schemas["BankReport"]>();
  const [error, setError] = useState<unknown>();
  const [isWorking, setIsWorking] = useState(false);
  const validate = async () => {
    if (isWorking) return;
    setIsWorking(true);
    setError(undefined);
    try {
      setReport(await post<Schemas["BankReport"]>("/bank/validate"));
    } catch (caught) {
      setReport(undefined);
      setError(caught);
    } finally {
      setIsWorking(false);
    }
  };
  return (
    <>
      <Heading title={t("validate.title")} />
      <p>{t("validate.what")}</p>
      <p><button type="button" className="button primary" aria-disabled={isWorking} onClick={() => void validate()}>{t(isWorking ? "validate.working" : "validate.action")}</button></p>
      {error !== undefined && <ProblemBanner error={error} />}
      {report && <Report report={report} />}
    </>
  );
}

function Report({ report: { faults, items, tasks } }: { report: Schemas["BankReport"] }) {
  if (faults.length === 0) return <Banner tone="good">{t("validate.good", { items, tasks })}</Banner>;
  return (
    <>
      <Banner tone="bad">{t("validate.bad", { faults: faults.length, items, tasks })}</Banner>
      <div className="wide" role="region" aria-label={t("validate.title")} tabIndex={0}>
        <table className="small">
          <thead>
            <tr>
              <th scope="col">{t("validate.place")}</th>
              <th scope="col">{t("validate.code")}</th>
              <th scope="col">{t("validate.message")}</th>
              <th scope="col">{t("validate.hint")}</th>
            </tr>
          </thead>
          <tbody>
            {faults.map((fault) => (
              <tr key={`${fault.file}:${fault.line}:${fault.column}:${fault.code}:${fault.message}`}>
                <td><code>{fault.file}:{fault.line}:{fault.column}</code></td>
                <td><code>{fault.code}</code></td>
                <td>{fault.message}</td>
                <td>{fault.hint}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
