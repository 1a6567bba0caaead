import { t } from "./messages";

/** How long ago, in the largest unit that tells enough. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return t("age.seconds", { n: seconds });
  return seconds < 7200 ? t("age.minutes", { n: Math.round(seconds / 60) }) : t("age.hours", { n: Math.round(seconds / 3600) });
}
