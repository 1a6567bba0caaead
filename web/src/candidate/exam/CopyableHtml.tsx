import { Check, Copy } from "lucide-react";
import { memo, useEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { Html } from "../../ui/Html";
import { t } from "./messages";

// React must not touch the text again once the places for the buttons are in it.
const Text = memo(Html);

/** Text of the server with a copy button behind each value in it. */
export function CopyableHtml({ html }: { html: string }) {
  const box = useRef<HTMLDivElement>(null);
  const [places, setPlaces] = useState<{ host: HTMLElement; value: string }[]>([]);
  useEffect(() => {
    const made = [...(box.current?.querySelectorAll("code") ?? [])].map((code) => {
      const host = document.createElement("span");
      host.className = "copy-host";
      const made = { host, value: code.textContent.trimEnd() };
      const block = code.closest("pre");
      if (block) block.after(host);
      else code.append(host);
      return made;
    });
    setPlaces(made);
    return () => { for (const { host } of made) host.remove(); };
  }, [html]);
  return (
    <div ref={box} className="statement">
      <Text html={html} />
      {places.map(({ host, value }, index) => createPortal(<CopyButton value={value} />, host, String(index)))}
    </div>
  );
}

function CopyButton({ value }: { value: string }) {
  const [isCopied, setIsCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      setIsCopied(true);
      setTimeout(() => setIsCopied(false), 2000);
    } catch {
      setIsCopied(false);
    }
  };
  const Icon = isCopied ? Check : Copy;
  return (
    <button type="button" className="copy" aria-label={t(isCopied ? "task.copied" : "task.copy", { value })} onClick={() => void copy()}>
      <Icon size={14} aria-hidden="true" />
    </button>
  );
}
