import { Banner } from "../ui/Banner";
import { t } from "./messages";

/** A part of the page did not arrive, for example because the connection broke at that moment. */
export function NotLoaded() {
  return (
    <main className="page narrow">
      <h1>{t("problem.title")}</h1>
      <Banner tone="bad" isUrgent><p><strong>{t("app.not_loaded")}</strong></p><p>{t("app.not_loaded_next")}</p></Banner>
      <button type="button" className="button primary" onClick={() => window.location.reload()}>{t("app.reload")}</button>
    </main>
  );
}
