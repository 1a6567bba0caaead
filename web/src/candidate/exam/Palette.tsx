import { Check, ChevronDown, Flag, Circle } from "lucide-react";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import type { EntryMarks } from "../../core/navigation";
import { t } from "./messages";

interface Props {
  sections: Schemas["PaperSection"][];
  marks: ReadonlyMap<string, EntryMarks>;
  currentId: string;
  unsent: (entryId: string) => boolean;
  onGo: (entryId: string) => void;
}

/** All questions at a glance; the state of each in shape and words, not in color alone. */
export function Palette({ sections, marks, currentId, unsent, onGo }: Props) {
  const [isOpen, setIsOpen] = useState(false);
  const items = sections.flatMap((section) => section.entries).filter((entry) => entry.kind === "item");
  const answered = items.filter((entry) => marks.get(entry.entry_id)?.isAnswered).length;
  const label = (entry: Schemas["PaperEntry"], mark: EntryMarks | undefined) => {
    const parts = [t(entry.kind === "task" ? "entry.task" : "entry.question", { number: entry.number })];
    if (entry.kind === "item") parts.push(t(mark?.isAnswered ? "mark.answered" : mark?.isSeen ? "mark.unanswered" : "mark.unseen"));
    else if (!mark?.isSeen) parts.push(t("mark.unseen"));
    if (mark?.isFlagged) parts.push(t("mark.flagged"));
    if (unsent(entry.entry_id)) parts.push(t("mark.unsent"));
    return parts.join(", ");
  };
  return (
    <nav className={isOpen ? "palette open" : "palette"} aria-label={t("palette.title")}>
      <button type="button" className="button palette-toggle" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
        <ChevronDown size={18} aria-hidden="true" /> {t("palette.toggle", { answered, total: items.length })}
      </button>
      <div className="palette-body">
        {sections.map((section) => (
          <section key={section.id}>
            <h2>{section.title}</h2>
            <ul>
              {section.entries.map((entry) => {
                const mark = marks.get(entry.entry_id);
                const isCurrent = entry.entry_id === currentId;
                const kind = mark?.isAnswered ? "answered" : mark?.isSeen ? "seen" : "unseen";
                return (
                  <li key={entry.entry_id}>
                    <button
                      type="button"
                      className={`palette-entry ${kind}`}
                      aria-label={label(entry, mark)}
                      aria-current={isCurrent ? "step" : undefined}
                      onClick={() => { setIsOpen(false); onGo(entry.entry_id); }}
                    >
                      {entry.number}
                      {mark?.isAnswered && <Check className="mark-answered" size={12} strokeWidth={3} aria-hidden="true" />}
                      {mark?.isFlagged && <Flag className="mark-flagged" size={12} fill="currentColor" aria-hidden="true" />}
                      {unsent(entry.entry_id) && <Circle className="mark-unsent" size={8} fill="currentColor" aria-hidden="true" />}
                    </button>
                  </li>
                );
              })}
            </ul>
          </section>
        ))}
        <ul className="palette-key small quiet" aria-hidden="true">
          <li><Check size={12} strokeWidth={3} /> {t("mark.answered")}</li>
          <li><Flag size={12} fill="currentColor" /> {t("mark.flagged")}</li>
          <li><span className="swatch unseen" /> {t("mark.unseen")}</li>
        </ul>
      </div>
    </nav>
  );
}
