import { type ReactNode, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "./base.css";

/** Starts an application in the page, in the person's language. */
export async function mount(application: ReactNode, chooseLanguage: () => Promise<void>): Promise<void> {
  await chooseLanguage();
  const root = document.getElementById("root");
  if (root) createRoot(root).render(<StrictMode>{application}</StrictMode>);
}
