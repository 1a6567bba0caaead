import { useEffect, useRef } from "react";
import { type KeyCommand, keyCommand, type KeyPress } from "../../core/navigation";

function focusOf(target: EventTarget | null): KeyPress["focus"] {
  if (!(target instanceof Element)) return "page";
  if (target.closest(".terminal-screen, .editor, textarea, select, dialog, input:not([type=radio], [type=checkbox])")) return "text";
  return target.closest("input, [role=tab], [role=separator]") ? "choice" : "page";
}

/** Single keys of the exam page. They can be turned off, for people who speak or whose hands slip. */
export function useKeys(isOn: boolean, onCommand: (command: KeyCommand) => void): void {
  const current = useRef(onCommand);
  current.current = onCommand;
  useEffect(() => {
    if (!isOn) return undefined;
    const pressed = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
      const { key, ctrlKey, altKey, metaKey } = event;
      const command = keyCommand({ key, ctrlKey, altKey, metaKey, focus: focusOf(event.target) });
      if (!command) return;
      event.preventDefault();
      current.current(command);
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [isOn]);
}
