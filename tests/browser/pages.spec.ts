// Every page at three widths, light and dark: no accessibility finding, nothing wider than the screen. The pictures of the
// README come from here (ASSAY_PICTURES=1).
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, expect, type Page, test } from "@playwright/test";
import { links, revealCode, signIn, start, typeLine, url } from "./support/exam";

const SIZES = [{ width: 1440, height: 900 }, { width: 1024, height: 768 }, { width: 390, height: 844 }];
const pictures = process.env.ASSAY_PICTURES;

async function look(page: Page, name: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const size of pictures ? SIZES : SIZES.filter((one) => one.width !== 1024)) {
      await page.setViewportSize(size);
      const where = `${name} ${colorScheme} ${size.width}`;
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(overflow, `${where}: wider than the screen`).toBeLessThanOrEqual(0);
      if (pictures) await page.screenshot({ path: `${pictures}/${name}-${colorScheme}-${size.width}.png` });
      const found = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).exclude(".xterm").analyze();
      const words = found.violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.html).join(" | ")}`);
      expect(words, where).toEqual([]);
    }
  }
  await page.setViewportSize(SIZES[0] ?? { width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: "light" });
}

async function staff(browser: Browser, area: "proctor" | "examiner"): Promise<Page> {
  return (await signIn(browser, area, area)).page;
}

/** Writes a file in the editor, reads it in the terminal, and goes back to before and to after it. */
async function workInLab(page: Page): Promise<void> {
  const rows = page.locator(".xterm-rows:visible").first();
  const showNotes = async () => {
    await page.getByRole("tab", { name: "Terminal 1" }).click();
    await page.locator(".xterm-screen:visible").click();
    await typeLine(page, "clear; cat /root/notes.sh; echo do'ne'");
    await expect(rows).toContainText("done");
  };
  const goBack = async (to: RegExp) => {
    await page.getByRole("button", { name: "Go back…" }).click();
    await page.getByRole("radio", { name: to }).first().check();
    await page.getByRole("button", { name: "Go back and lose what came after" }).click();
    await expect(page.getByRole("dialog")).toBeHidden();
    await expect(rows).toContainText("#");
  };
  await page.getByRole("tab", { name: "Files" }).click();
  await expect(page.getByRole("button", { name: "etc/" })).toBeVisible();
  await page.getByRole("textbox", { name: "Path" }).fill("/root/notes.sh");
  await page.getByRole("button", { name: "Open", exact: true }).click();
  await page.getByRole("textbox", { name: "/root/notes.sh" }).click();
  await page.keyboard.type("echo written-in-the-editor");
  await page.keyboard.press("Control+s");
  await expect(page.getByText("Saved", { exact: true }).first()).toBeVisible();
  await look(page, "candidate-files");
  await showNotes();
  await expect(rows).toContainText("echo written-in-the-editor");

  // A web service of the lab, from an origin of its own.
  await page.locator(".xterm-screen:visible").click();
  await typeLine(page, "cd /root && (python3 -m http.server 8077 > /dev/null 2>&1 &) ; echo serv'ing'");
  await expect(rows).toContainText("serving");
  await page.getByRole("button", { name: "Port…" }).click();
  await page.getByLabel("Port", { exact: true }).fill("8077");
  await page.getByRole("button", { name: "Make the address" }).click();
  const link = page.getByRole("link", { name: /Open port 8077/ });
  await expect(link).toBeVisible();
  await look(page, "candidate-preview");
  const opening = page.context().waitForEvent("page");
  await link.click();
  const preview = await opening;
  await expect(preview.getByText("notes.sh")).toBeVisible();
  expect(new URL(preview.url()).origin).not.toBe(new URL(page.url()).origin);
  await preview.close();
  await page.getByRole("button", { name: "Close", exact: true }).last().click();

  await page.getByRole("button", { name: "Go back…" }).click();
  await page.getByRole("button", { name: "Keep the state of now" }).click();
  await expect(page.getByRole("radio", { name: /the state of/ })).toBeVisible();
  await look(page, "candidate-go-back");
  await page.getByRole("button", { name: "Keep my work" }).click();
  await goBack(/the beginning/);
  await showNotes();
  await expect(rows).toContainText("No such file");
  await goBack(/the state of/);
  await showNotes();
  await expect(rows).toContainText("echo written-in-the-editor");
}

/** The proctor sees what was on the terminal, and cannot type into it. */
async function watchRecording(page: Page): Promise<void> {
  const room = page.url();
  await page.getByRole("link", { name: "Recording of Chiara Romano" }).click();
  await page.getByRole("button", { name: /lab, terminal 1/ }).first().click();
  await expect(page.locator(".replay-screen .xterm-screen")).toBeVisible();
  await page.getByRole("slider", { name: "Place in the recording" }).press("End");
  await expect(page.locator(".replay-screen .xterm-rows")).toContainText("written-in-the-editor");
  await page.getByRole("button", { name: /opened/ }).click();
  await page.getByRole("button", { name: "Play" }).click();
  await expect(page.getByRole("button", { name: "Pause" })).toBeVisible();
  await look(page, "proctor-recording");
  await page.goto(room);
  await expect(page.getByText("Chiara Romano")).toBeVisible();
}

test("public pages", async ({ page }) => {
  for (const [name, path] of [["home", "/"], ["sign-in", "/sign-in?area=candidate"], ["verify", "/verify"], ["achievement", "/achievements/mde-foundation"]] as const) {
    await page.goto(url() + path);
    await look(page, name);
  }
  await page.goto(links().employer);
  await look(page, "certificate");
});

test("examiner pages", async ({ browser }) => {
  test.setTimeout(300_000);
  const page = await staff(browser, "examiner");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.getByText("git-", { exact: false }).first()).toBeVisible();
  await look(page, "examiner-bank");
  await page.getByText("git-", { exact: false }).first().click();
  await expect(page.getByText(/Show key/).first()).toBeVisible();
  await page.getByText(/Show key/).first().click();
  await look(page, "examiner-item");
});

test("proctor and candidate pages", async ({ browser }) => {
  test.setTimeout(400_000);
  const proctor = await staff(browser, "proctor");
  await expect(proctor.getByText("Chiara Romano")).toBeVisible();
  await look(proctor, "proctor-room");
  const { page } = await signIn(browser, "candidate", "chiara");
  await expect(page.getByRole("heading", { name: "Waiting room" })).toBeVisible();
  await look(page, "candidate-waiting");
  await start(page, await revealCode(proctor, "Chiara Romano"));
  await look(page, "candidate-question");
  if (process.env.ASSAY_HAS_LABS === "yes") {
    await page.getByRole("button", { name: /^Task 1\b/ }).click();
    await expect(page.locator(".xterm-screen:visible")).toBeVisible();
    await look(page, "candidate-task");
    await workInLab(page);
    await watchRecording(proctor);
  }
  await look(proctor, "proctor-running");
});
