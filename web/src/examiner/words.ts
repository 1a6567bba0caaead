import { type MessageKey, t } from "./messages";

// Enumerations that travel as plain text: a value newer than this page is shown as it is.
const known: Record<string, MessageKey> = {
  single_choice: "kind.single_choice",
  multiple_choice: "kind.multiple_choice",
  remember: "level.remember",
  understand: "level.understand",
  apply: "level.apply",
  analyze: "level.analyze",
  evaluate: "level.evaluate",
  partial: "scoring.partial",
  exact: "scoring.exact",
  items: "blueprint.items",
  tasks: "blueprint.tasks",
};

export function word(value: string): string {
  const key = known[value];
  return key ? t(key) : value;
}

/** A share from 0 to 1 as whole percent. */
export const percent = (share: number): string => t("item.percent", { n: Math.round(share * 100) });

/** Enough of a digest to tell two versions apart by eye. */
export const short = (digest: string): string => digest.replace(/^sha256:/, "").slice(0, 10);
