// Message catalogues, one for each application. English is complete and gives the keys; a test demands the same keys of
// every other language.

export type Parameters = Record<string, string | number>;

let language = "en";

function fill(text: string, parameters: Parameters): string {
  return text.replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (whole, name: string, one?: string, other?: string) => {
    const value = parameters[name];
    if (value === undefined) return whole;
    if (one === undefined || other === undefined) return String(value);
    const isOne = new Intl.PluralRules(language).select(Number(value)) === "one";
    return (isOne ? one : other).replace("#", String(value));
  });
}

export interface Messages<Key extends string> {
  /**
   * The text of a key. `{name}` is replaced; `{n|one|other}` chooses by the plural rules of the language
   * (`{count|# question|# questions}`, where `#` is the number).
   */
  t: (key: Key, parameters?: Parameters) => string;
  /** Chooses the first of the person's languages that we have. Call once before the first screen. */
  choose: (wanted?: readonly string[]) => Promise<void>;
}

/** A catalogue from its English texts and loaders of other languages. */
export function createMessages<Key extends string>(
  english: Record<Key, string>,
  loaders: Record<string, () => Promise<Record<Key, string>>>,
): Messages<Key> {
  let catalogue = english;
  return {
    t: (key, parameters = {}) => fill(catalogue[key], parameters),
    choose: async (wanted = navigator.languages) => {
      for (const tag of wanted) {
        const primary = tag.split("-")[0] ?? "";
        if (primary === "en") break;
        const load = loaders[primary];
        if (load) {
          catalogue = await load();
          language = primary;
          break;
        }
      }
      document.documentElement.lang = language;
    },
  };
}

/** A time of day in the person's zone. */
export const timeOfDay = (ms: number): string => new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(ms);
/** A day in the person's zone. */
export const day = (ms: number): string => new Intl.DateTimeFormat(language, { dateStyle: "long" }).format(ms);
/** A share in percent, with at most one decimal. */
export const percent = (value: number): string => new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 }).format(value / 100);
/** The same instant in UTC, for titles. */
export const utc = (ms: number): string => `${new Date(ms).toISOString().replace("T", " ").slice(0, 19)} UTC`;
/** Hours, minutes and seconds: `1:02:03`, `02:03`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const pad = (n: number) => String(n).padStart(2, "0");
  const rest = `${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
  return seconds >= 3600 ? `${Math.floor(seconds / 3600)}:${rest}` : rest;
}
