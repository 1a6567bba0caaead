// Moving through the paper, and what keys mean.

export type Step = "next" | "previous";

export type KeyCommand =
  | { kind: "step"; step: Step }
  | { kind: "flag" }
  | { kind: "choose"; index: number }
  | { kind: "palette" }
  | { kind: "help" };

export interface KeyPress {
  key: string;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
  /** Where the focus is. */
  focus: "page" | "choice" | "text";
}

/** The entry before or after, or nothing at the end. */
export function neighbor(ids: readonly string[], current: string, step: Step): string | undefined {
  const index = ids.indexOf(current);
  return index < 0 ? ids[0] : ids[step === "next" ? index + 1 : index - 1];
}

/**
 * What a key asks for. In a text field or a terminal every key is text; on a radio button or check box the arrows belong
 * to the browser.
 */
export function keyCommand(press: KeyPress): KeyCommand | undefined {
  if (press.focus === "text" || press.ctrlKey || press.altKey || press.metaKey) return undefined;
  const { key } = press;
  if (/^[1-9]$/.test(key)) return { kind: "choose", index: Number(key) - 1 };
  switch (key) {
    case "n":
      return { kind: "step", step: "next" };
    case "p":
      return { kind: "step", step: "previous" };
    case "ArrowRight":
    case "ArrowLeft":
      if (press.focus === "choice") return undefined;
      return { kind: "step", step: key === "ArrowRight" ? "next" : "previous" };
    case "f":
      return { kind: "flag" };
    case "g":
      return { kind: "palette" };
    case "?":
      return { kind: "help" };
    default:
      return undefined;
  }
}

/** The options after a key chose one: a single choice is replaced, a multiple choice toggled. */
export function toggled(selected: readonly string[], option: string, isSingle: boolean): string[] {
  if (isSingle) return [option];
  return selected.includes(option) ? selected.filter((one) => one !== option) : [...selected, option];
}

export interface EntryMarks {
  isAnswered: boolean;
  isFlagged: boolean;
  isSeen: boolean;
}

/** What the overview before handing in counts. */
export function overview(marks: ReadonlyMap<string, EntryMarks>): { unanswered: string[]; flagged: string[] } {
  const unanswered: string[] = [];
  const flagged: string[] = [];
  for (const [id, mark] of marks) {
    if (!mark.isAnswered) unanswered.push(id);
    if (mark.isFlagged) flagged.push(id);
  }
  return { unanswered, flagged };
}
