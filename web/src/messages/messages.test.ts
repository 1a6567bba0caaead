import { describe, expect, test } from "vitest";

type Catalogue = Record<string, string>;
const catalogues = import.meta.glob<Catalogue>("./*.json", { eager: true, import: "default" });

/** The placeholders of a text: `{name}` and `{n|one|other}` by their names, sorted. */
const placeholders = (text: string): string[] => [...text.matchAll(/\{(\w+)(?:\|[^|}]*\|[^}]*)?\}/g)].map((match) => match[1] ?? "").sort();

const english = Object.keys(catalogues).filter((path) => path.endsWith(".en.json"));

describe.each(english)("%s", (path) => {
  const original = catalogues[path] ?? {};
  const name = path.replace(/en\.json$/, "");
  const translations = Object.keys(catalogues).filter((other) => other.startsWith(name) && other !== path);

  test("has a second language", () => expect(translations).not.toEqual([]));

  test.each(translations)("%s has the same keys and placeholders", (other) => {
    const translation = catalogues[other] ?? {};
    expect(Object.keys(translation).sort()).toEqual(Object.keys(original).sort());
    const names = (texts: Catalogue) => Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, placeholders(text)]));
    expect(names(translation)).toEqual(names(original));
  });

  test("has no empty text", () => expect(Object.values(original).filter((text) => text.trim() === "")).toEqual([]));
});

test("every translation has an English original", () => {
  for (const path of Object.keys(catalogues)) expect(english).toContain(path.replace(/\.\w+\.json$/, ".en.json"));
});
