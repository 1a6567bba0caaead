import { useId } from "react";
import type { Schemas } from "../api/client";
import { Html } from "../ui/Html";

interface Props {
  item: Pick<Schemas["PaperItem"], "item_kind" | "stem_html" | "options">;
  selected: readonly string[];
  /** Absent where the item is only shown. */
  onChange?: (options: string[]) => void;
  /** How many options to choose, in words. */
  hint: string;
  isReadOnly?: boolean;
}

/** A question with options, exactly as candidates see it. The examiner's preview uses it too. */
export function ChoiceItem({ item, selected, onChange, hint, isReadOnly = false }: Props) {
  const name = useId();
  const isSingle = item.item_kind === "single_choice";
  const choose = (id: string, isChosen: boolean) => {
    if (isSingle) onChange?.([id]);
    else onChange?.(isChosen ? [...selected, id] : selected.filter((option) => option !== id));
  };
  return (
    <div className="item">
      <Html className="stem" html={item.stem_html} />
      <fieldset disabled={isReadOnly}>
        <legend>{hint}</legend>
        {item.options.map((option, index) => (
          <label key={option.id} className="option">
            <input
              type={isSingle ? "radio" : "checkbox"}
              name={name}
              value={option.id}
              checked={selected.includes(option.id)}
              onChange={(event) => choose(option.id, event.target.checked)}
            />
            <span className="option-number" aria-hidden="true">{index + 1}</span>
            <Html inline className="option-text" html={option.html} />
          </label>
        ))}
      </fieldset>
    </div>
  );
}
