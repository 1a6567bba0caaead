import type { Schemas } from "../../api/client";

export interface Weak {
  part: "theory" | "practice";
  percent: number;
}

/** The domains below the cut, the lowest first, with the parts in which they were. */
export function practiceNext(domains: readonly Schemas["DomainResult"][], cutPercent: number): { title: string; weak: Weak[] }[] {
  const lowest = (weak: readonly Weak[]) => Math.min(...weak.map((one) => one.percent));
  return domains
    .map(({ title, theory_percent, practice_percent }) => {
      const parts = [["theory", theory_percent], ["practice", practice_percent]] as const;
      const weak = parts.flatMap(([part, percent]) => (typeof percent === "number" && percent < cutPercent ? [{ part, percent }] : []));
      return { title, weak };
    })
    .filter(({ weak }) => weak.length > 0)
    .toSorted((a, b) => lowest(a.weak) - lowest(b.weak));
}
