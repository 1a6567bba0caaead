import type { ReactNode } from "react";
import { ProblemError } from "../api/client";
import { Banner } from "../ui/Banner";
import { t } from "./messages";
import { isNotSignedIn, problemText } from "./problems";

/** What happened, what was kept, what to do now. */
export function Problem({ error, children }: { error: unknown; children?: ReactNode }) {
  const { title, next } = problemText(error);
  const request = error instanceof ProblemError && error.code === "internal" ? error.problem.request_id : undefined;
  return (
    <Banner tone="bad" isUrgent>
      <p><strong>{title}</strong></p>
      <p>{next}</p>
      {request && <p className="quiet small">{t("problem.request", { id: request })}</p>}
      {children}
    </Banner>
  );
}

/** A page that could not be shown. */
export function ProblemPage({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  if (isNotSignedIn(error)) {
    return (
      <main className="page narrow">
        <h1>{t("sign_in.title")}</h1>
        <p>{t("sign_in.text")}</p>
        <a className="button primary" href="/sign-in?area=candidate">{t("sign_in.link")}</a>
      </main>
    );
  }
  return (
    <main className="page narrow">
      <h1>{t("problem.title")}</h1>
      <Problem error={error} />
      <button type="button" className="button primary" onClick={onRetry}>{t("app.retry")}</button>
    </main>
  );
}
