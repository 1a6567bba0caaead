import { useState } from "react";

/** A choice of this person on this device, kept over reloads; a browser that keeps nothing only forgets it. */
export function usePreference<T extends string | number | boolean>(name: string, initial: T): [T, (value: T) => void] {
  const key = `assay.${name}`;
  const [value, setValue] = useState<T>(() => {
    try {
      const stored: unknown = JSON.parse(localStorage.getItem(key) ?? "null");
      return typeof stored === typeof initial ? (stored as T) : initial;
    } catch {
      return initial;
    }
  });
  const keep = (next: T) => {
    setValue(next);
    try {
      localStorage.setItem(key, JSON.stringify(next));
    } catch {
      // Nothing depends on it.
    }
  };
  return [value, keep];
}
