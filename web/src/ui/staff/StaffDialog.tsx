import { type ReactNode, useEffect, useState } from "react";
import { Dialog } from "../Dialog";

interface Props {
  title: string;
  onClose: () => void;
  children: ReactNode;
}

/** A dialog that gives the focus back to the button that opened it, even when the list behind it has changed. */
export function StaffDialog(props: Props) {
  const [opener] = useState(() => document.activeElement);
  useEffect(() => () => {
    const id = opener?.id;
    // The list may have drawn the button anew, or what it belonged to is done and gone.
    const drawnAnew = id ? document.getElementById(id) : null;
    const target = opener?.isConnected ? opener : (drawnAnew ?? document.querySelector("main h1"));
    if (target instanceof HTMLElement) target.focus();
  }, [opener]);
  return <Dialog {...props} />;
}
