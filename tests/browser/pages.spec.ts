// Every page at three widths, light and dark: no accessibility finding, nothing wider than the screen. The pictures of the
// README come from here (ASSAY_PICTURES=1).
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, expect, type Page, test } from "@playwright/test";
import { links, revealCode, signIn, start, url } from "./support/exam";

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
  }
  await look(proctor, "proctor-running");
});
