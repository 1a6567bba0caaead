import { t } from "./messages";

export function Loading() {
  return <main className="page" aria-busy="true"><p role="status">{t("app.loading")}</p></main>;
}
