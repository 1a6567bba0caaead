// What people do, in the words of the screens.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Browser, type BrowserContext, expect, type Page } from "@playwright/test";

export const url = (): string => process.env.ASSAY_URL ?? "";
export const links = (): Record<"candidate" | "proctor" | "examiner" | "employer", string> => JSON.parse(process.env.ASSAY_LINKS ?? "{}");

/** A person's own browser, signed in at the sign-in page. */
export async function signIn(browser: Browser, area: "candidate" | "proctor" | "examiner", login: string): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${url()}/sign-in?area=${area}`);
  await page.getByLabel("Name", { exact: false }).first().fill(login);
  await page.getByLabel("Password").fill("assay-demo");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`**/${area}/**`, { timeout: 20_000 });
  return { context, page };
}

/** The proctor reveals the code of a candidate's seat and reads it out. */
export async function revealCode(proctor: Page, candidate: string): Promise<string> {
  await proctor.getByRole("button", { name: `Reveal seat code for ${candidate}` }).click();
  const dialog = proctor.getByRole("dialog");
  const code = await dialog.getByText(/^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/).textContent();
  await dialog.getByRole("button", { name: "Hide" }).click();
  return code ?? "";
}

/** The candidate types the code and starts. */
export async function start(page: Page, code: string): Promise<void> {
  await page.getByLabel("Seat code").fill(code);
  const button = page.getByRole("button", { name: "Start the exam" });
  await expect(button).toBeEnabled({ timeout: 60_000 });
  await button.click();
  await expect(page.getByRole("timer")).toBeVisible();
}

interface Task { entry: string; title: string; solution: string }
interface StoredItem { kind: "item"; digest: string }
interface StoredTask { kind: "task"; task_id: string; values: Record<string, string> }

function query(sql: string, parameter: string): string {
  const program = "import sqlite3, sys; print(sqlite3.connect('file:' + sys.argv[1] + '?mode=ro', uri=True).execute(sys.argv[2], (sys.argv[3],)).fetchone()[0])";
  return execFileSync("python3", ["-c", program, join(process.env.ASSAY_DATA ?? "", "exam.db"), sql, parameter], { encoding: "utf8" });
}

/** The tasks that a person got, with their solutions: what the examiner knows and the candidate does not. */
export function tasksOf(login: string): Task[] {
  const body = query(
    "SELECT f.body FROM form f JOIN exam_session s ON s.form_id = f.id JOIN account a ON a.id = s.candidate_id WHERE a.login = ? ORDER BY s.created_at_ms DESC", login);
  const form = JSON.parse(body) as { sections: { entries: (StoredItem | StoredTask)[] }[] };
  const tasks = form.sections.flatMap((section) => section.entries).filter((entry): entry is StoredTask => entry.kind === "task");
  const bank = resolve(import.meta.dirname, "../../../question-bank/banks/devops/tasks");
  return tasks.map((task, index) => {
    const text = readFileSync(join(bank, task.task_id, "solution"), "utf8");
    const title = /^title = "(.*)"$/m.exec(readFileSync(join(bank, task.task_id, "task.toml"), "utf8"))?.[1] ?? "";
    return {
      entry: `t${String(index + 1).padStart(2, "0")}`,
      title,
      solution: text.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => task.values[name] ?? whole),
    };
  });
}

/** The terminal that is on the screen, ready for typing. */
export async function terminal(page: Page): Promise<void> {
  const screen = page.locator(".xterm-screen:visible");
  await expect(screen).toBeVisible({ timeout: 30_000 });
  await expect(page.locator(".xterm-rows:visible, .xterm-accessibility:visible").first()).toContainText(/[#$]/, { timeout: 30_000 });
  await screen.click();
}

/** Types a line and presses Enter. */
export async function typeLine(page: Page, line: string): Promise<void> {
  await page.keyboard.insertText(line);
  await page.keyboard.press("Enter");
}

/** Types a script into the terminal, line by line, and waits for the word that it prints at its end. */
export async function typeScript(page: Page, script: string): Promise<void> {
  const encoded = Buffer.from(script).toString("base64").match(/.{1,76}/g) ?? [];
  const lines = ["base64 -d > /tmp/.typed <<'END'", ...encoded, "END", "clear", "bash /tmp/.typed > /tmp/.out 2>&1; rm -f /tmp/.typed; echo 'typed'-done"];
  for (const line of lines) await typeLine(page, line);
  await expect(page.locator(".xterm-rows:visible").first()).toContainText("typed-done", { timeout: 60_000 });
}
