import { useEffect } from "react";
import { t } from "./messages";

/** Names the document after the screen. */
export function useTitle(screen: string): void {
  useEffect(() => { document.title = t("app.document", { screen }); }, [screen]);
}
