import { useEffect, useState } from "react";

/** The path below the application's prefix, such as `/rooms/1`, kept in step with the address. */
export function useRoute(prefix: string): [string, (path: string, how?: "push" | "replace") => void] {
  const read = () => window.location.pathname.slice(prefix.length) || "/";
  const [path, setPath] = useState(read);
  useEffect(() => {
    const changed = () => setPath(read());
    window.addEventListener("popstate", changed);
    return () => window.removeEventListener("popstate", changed);
  });
  const go = (next: string, how: "push" | "replace" = "push") => {
    if (how === "push") window.history.pushState(null, "", prefix + next);
    else window.history.replaceState(null, "", prefix + next);
    setPath(next);
    window.scrollTo(0, 0);
  };
  return [path, go];
}
