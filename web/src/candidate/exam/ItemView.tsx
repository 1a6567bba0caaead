import type { Schemas } from "../../api/client";
import type { Answer } from "../../core/journal";
import type { EntryState } from "../../core/outbox";
import { ChoiceItem } from "../../item/ChoiceItem";
import { Banner } from "../../ui/Banner";
import { type EntryActions, EntryBar, FlagButton } from "./EntryBar";
import { t } from "./messages";

interface Props extends EntryActions {
  item: Schemas["PaperItem"];
  count: number;
  answer: EntryState | undefined;
  onChange: (options: string[]) => void;
  onSettle: (useKept: boolean) => void;
}

/** One question. */
export function ItemView(props: Props) {
  const { item, count, answer, isLocked, onChange, onSettle } = props;
  const selected = answer?.options ?? [];
  const isSingle = item.item_kind === "single_choice";
  const numbers = ({ options }: Answer) =>
    options.map((id) => item.options.findIndex((option) => option.id === id) + 1).toSorted((a, b) => a - b).join(", ") || t("displaced.nothing");
  return (
    <article className="entry" aria-labelledby={`title-${item.entry_id}`}>
      <div className="entry-head">
        <h2 id={`title-${item.entry_id}`} className="entry-title" tabIndex={-1}>{t("entry.question_of", { number: item.number, count })}</h2>
        <FlagButton {...props} />
      </div>
      {answer?.displaced && (
        <Banner tone="warn">
          <p>{t("displaced.title", { kept: numbers(answer.displaced), stored: numbers(answer) })}</p>
          <div className="row">
            <button type="button" className="button" onClick={() => onSettle(true)}>{t("displaced.use_kept")}</button>
            <button type="button" className="button" onClick={() => onSettle(false)}>{t("displaced.use_stored")}</button>
          </div>
        </Banner>
      )}
      {answer?.refusal && <Banner tone="bad" isUrgent><p>{t("save.entry_refused")}</p></Banner>}
      {answer?.isLate && <Banner tone="warn"><p>{t("save.entry_late")}</p></Banner>}
      <ChoiceItem item={item} selected={selected} onChange={onChange} hint={t(isSingle ? "item.single" : "item.multiple")} isReadOnly={isLocked} />
      <EntryBar {...props}>
        <button type="button" className="button quiet" disabled={isLocked || selected.length === 0} onClick={() => onChange([])}>{t("item.clear")}</button>
      </EntryBar>
    </article>
  );
}
