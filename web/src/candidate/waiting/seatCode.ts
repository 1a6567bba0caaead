// A seat code has ten characters of Crockford's base 32 and is shown as XXXXX-XXXXX.

export const CODE_LENGTH = 10;

/** What was typed or pasted, as the server reads it: look-alikes are taken for what they look like. */
export function normalized(typed: string): string {
  return typed.toUpperCase().replaceAll("O", "0").replace(/[IL]/g, "1").replace(/[^0-9A-HJKMNP-TV-Z]/g, "").slice(0, CODE_LENGTH);
}

/** The code as it is shown, also half-typed. */
export function grouped(typed: string): string {
  const code = normalized(typed);
  return code.length > 5 ? `${code.slice(0, 5)}-${code.slice(5)}` : code;
}
