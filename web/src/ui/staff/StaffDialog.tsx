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
    // The list may have drawn the button anew.
    const target = opener?.isConnected ? opener : id ? document.getElementById(id) : null;
    if (target instanceof HTMLElement) target.focus();
  }, [opener]);
  return <Dialog {...props} />;
}
