// What goes wrong during an exam: the network, the server, a second tab, a second device. No answer and no shell is lost.
import { type Browser, expect, type Page, test } from "@playwright/test";
import { killServer, startServer } from "./support/start";
import { revealCode, signIn, start, terminal, typeLine } from "./support/exam";

test.describe.configure({ mode: "serial" });

const firstOption = (page: Page) => page.locator("fieldset input").first();
const choose = (page: Page) => page.locator("fieldset label").first().click();
const isSaved = (page: Page) => expect(page.getByText(/^Saved/).first()).toBeVisible();

const moved = (page: Page) => page.getByRole("heading", { name: /open in another tab or on another device/ });

/** Asks for the session on another device than the one that started it; the page asks for a code then. */
async function takeOver(page: Page, code: string): Promise<void> {
  await expect(moved(page)).toBeVisible();
  const field = page.getByLabel("Seat code");
  const button = page.getByRole("button", { name: "Continue here" });
  if (!(await field.isVisible())) await button.click();
  await field.fill(code);
  await button.click();
}

async function admit(page: Page, code: string): Promise<void> {
  await takeOver(page, code);
  await expect(page.getByRole("timer")).toBeVisible();
}

/** Daniel's proctor, and Daniel in a browser of his own; all specs here go on with his one session. */
async function daniel(browser: Browser) {
  const proctor = await signIn(browser, "proctor", "proctor");
  const { context, page } = await signIn(browser, "candidate", "daniel");
  const code = () => revealCode(proctor.page, "Daniel Novak");
  const leave = () => Promise.all([context.close(), proctor.context.close()]);
  return { context, page, code, leave };
}

test("an answer given offline is sent on return and is there after a reload", async ({ browser }) => {
  const { context, page, code, leave } = await daniel(browser);
  await start(page, await code());
  await context.setOffline(true);
  await choose(page);
  await expect(page.getByText(/offline/i).first()).toBeVisible();
  await context.setOffline(false);
  await isSaved(page);
  await page.reload();
  await expect(page.getByRole("timer")).toBeVisible();
  await expect(firstOption(page)).toBeChecked();
  await leave();
});

test("a killed server loses no answer, no shell and no background job", async ({ browser }) => {
  test.skip(process.env.ASSAY_HAS_LABS !== "yes", "this machine cannot run labs");
  const { page, code, leave } = await daniel(browser);
  await admit(page, await code());
  await expect(firstOption(page)).toBeChecked();

  await page.getByRole("button", { name: /^Task 1\b/ }).click();
  await terminal(page);
  const rows = page.locator(".xterm-rows:visible").first();
  await typeLine(page, "kept=still; while date +%s > /tmp/job; do sleep 1; done & echo be'fore'");
  await expect(rows).toContainText("before");

  await killServer();
  await page.getByRole("button", { name: /^Question 2\b/ }).click();
  await choose(page);
  await expect(page.getByText(/offline|not saved|trying again/i).first()).toBeVisible();
  await startServer(process.env.ASSAY_DATA ?? "", Number(process.env.ASSAY_PORT));
  await isSaved(page);

  await page.getByRole("button", { name: /^Task 1\b/ }).click();
  await expect(rows).toContainText("before");
  await page.locator(".xterm-screen:visible").click();
  await typeLine(page, "clear; echo $kept-here; [ $(( $(date +%s) - $(cat /tmp/job) )) -lt 5 ] && echo job-'runs'");
  await expect(rows).toContainText("still-here");
  await expect(rows).toContainText("job-runs");

  await page.reload();
  await page.getByRole("button", { name: /^Question 2\b/ }).click();
  await expect(firstOption(page)).toBeChecked();
  await leave();
});

test("of two tabs the newer one sits the exam, until the older one takes it back", async ({ browser }) => {
  const { context, page, code, leave } = await daniel(browser);
  await admit(page, await code());
  const second = await context.newPage();
  await second.goto(page.url());
  await expect(second.getByRole("timer")).toBeVisible();
  await expect(firstOption(second)).toBeChecked();
  await expect(moved(page)).toBeVisible();
  await page.getByRole("button", { name: "Continue here" }).click();
  await expect(page.getByRole("timer")).toBeVisible();
  await expect(moved(second)).toBeVisible();
  await leave();
});

test("another device needs a new seat code, and shuts the first one out", async ({ browser }) => {
  const { page, code, leave } = await daniel(browser);
  await admit(page, await code());
  const second = await signIn(browser, "candidate", "daniel");
  await takeOver(second.page, "AAAAA-AAAAA");
  await expect(second.page.getByText("This is not the seat code").first()).toBeVisible();
  await admit(second.page, await code());
  await second.page.getByRole("button", { name: /^Question 3\b/ }).click();
  await choose(second.page);
  await isSaved(second.page);

  await page.getByRole("button", { name: /^Question 4\b/ }).click();
  await choose(page);
  await expect(moved(page)).toBeVisible();
  await second.context.close();
  await leave();
});
