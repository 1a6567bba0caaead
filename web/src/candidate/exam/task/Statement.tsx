import { type KeyboardEvent, type SyntheticEvent, useEffect, useRef, useState } from "react";
import { Html } from "../../../ui/Html";
import { t } from "./messages";

/** A statement whose values can be copied: a mistyped path is not what an exam is about. */
export function Statement({ html }: { html: string }) {
  const host = useRef<HTMLDivElement>(null);
  const [said, setSaid] = useState("");

  useEffect(() => {
    for (const code of host.current?.querySelectorAll<HTMLElement>("code") ?? []) {
      const value = code.textContent ?? "";
      const target = code.closest("pre") ?? code;
      target.classList.add("copyable");
      target.tabIndex = 0;
      target.title = t("copy.block");
      // A block keeps its own text for screen readers; a value is short enough to be the name of its button.
      if (target === code) {
        target.role = "button";
        target.setAttribute("aria-label", t("copy.value", { value }));
      }
    }
  }, [html]);

  const copy = async (event: SyntheticEvent) => {
    const target = (event.target as Element).closest<HTMLElement>(".copyable");
    // Somebody who selects a part by hand wants that part.
    if (!target || window.getSelection()?.isCollapsed === false) return;
    try {
      await navigator.clipboard.writeText((target.textContent ?? "").replace(/\n$/, ""));
      target.classList.add("copied");
      setSaid(t("copy.done"));
    } catch {
      setSaid(t("copy.failed"));
    }
    setTimeout(() => {
      target.classList.remove("copied");
      setSaid("");
    }, 1500);
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    if (!(event.target as Element).classList.contains("copyable")) return;
    event.preventDefault();
    void copy(event);
  };
  return (
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions, jsx-a11y/click-events-have-key-events -- the values inside are the controls
    <div ref={host} onClick={(event) => void copy(event)} onKeyDown={pressed}>
      <Html className="statement" html={html} />
      <p className="copy-said small" role="status">{said}</p>
    </div>
  );
}
