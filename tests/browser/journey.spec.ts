// The complete chain on real parts: room, seat code, questions, a live task repaired by typing, a reload in the middle,
// handing in, result, certificate. A second candidate leaves the tasks untouched.
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, expect, type Page, test } from "@playwright/test";
import { links, revealCode, signIn, start, tasksOf, terminal, typeLine, typeScript, url } from "./support/exam";

test.describe.configure({ mode: "serial" });
const hasLabs = (): boolean => process.env.ASSAY_HAS_LABS === "yes";

/** The options that are right, by their texts: what the examiner's page shows. */
async function keysByStem(browser: Browser): Promise<Map<string, string[]>> {
  const { context, page } = await signIn(browser, "examiner", "examiner");
  const keys = await page.evaluate(async () => {
    const plain = (html: string) => { const element = document.createElement("div"); element.innerHTML = html; return (element.textContent ?? "").replace(/\s+/g, " ").trim(); };
    const ask = async (path: string) => (await fetch(`/api/v1${path}`)).json();
    const { items } = (await ask("/bank/items")) as { items: { item_id: string }[] };
    return Promise.all(items.map(async ({ item_id }) => {
      const item = (await ask(`/bank/items/${item_id}`)) as { stem_html: string; option_views: { html: string; is_key: boolean }[] };
      return [plain(item.stem_html), item.option_views.filter((option) => option.is_key).map((option) => plain(option.html))] as [string, string[]];
    }));
  });
  await context.close();
  return new Map(keys);
}

async function answerQuestions(page: Page, keys: Map<string, string[]>, count: number): Promise<void> {
  for (let number = 1; number <= count; number += 1) {
    const question = page.getByRole("group", { name: /question|stem/i }).or(page.locator("fieldset")).first();
    await expect(question).toBeVisible();
    const text = (await page.locator("main").textContent())?.replace(/\s+/g, " ") ?? "";
    const stem = [...keys.keys()].find((stem) => text.includes(stem));
    expect(stem, `question ${number} is known`).toBeTruthy();
    for (const option of keys.get(stem ?? "") ?? []) {
      const labels = await page.locator("fieldset label").all();
      for (const label of labels) {
        if ((await label.textContent())?.replace(/\s+/g, " ").trim().endsWith(option)) await label.click();
      }
    }
    if (number < count) await page.getByRole("button", { name: /^Next/ }).click();
  }
}

test("a candidate sits a hybrid exam and an employer verifies the certificate", async ({ browser }) => {
  test.skip(!hasLabs(), "this machine cannot run labs");
  const keys = await keysByStem(browser);
  const proctor = await signIn(browser, "proctor", "proctor");
  const { context, page } = await signIn(browser, "candidate", "ada");
  await expect(page.getByRole("heading", { name: "Waiting room" })).toBeVisible();
  const code = await revealCode(proctor.page, "Ada Moreau");
  await start(page, code);

  await test.step("answers the questions, with a reload in the middle", async () => {
    await answerQuestions(page, keys, 10);
    await expect(page.getByText(/^Saved/).first()).toBeVisible();
    await page.reload();
    await expect(page.getByRole("timer")).toBeVisible();
    await page.getByRole("button", { name: /^Question 1\b/ }).click();
    await expect(page.locator("fieldset input:checked").first()).toBeVisible();
    await answerQuestions(page, keys, 20);
  });

  for (const task of tasksOf("ada")) {
    await test.step(`repairs the task "${task.title}" by typing`, async () => {
      await page.getByRole("button", { name: new RegExp(`^Task ${Number(task.entry.slice(1))}\\b`) }).click();
      await expect(page.getByRole("heading", { name: task.title })).toBeVisible();
      await terminal(page);
      await typeLine(page, "echo before-$((40+2))");
      await expect(page.locator(".xterm-rows:visible").first()).toContainText("before-42");
      await page.reload();
      await page.getByRole("button", { name: new RegExp(`^Task ${Number(task.entry.slice(1))}\\b`) }).click();
      await terminal(page);
      await expect(page.locator(".xterm-rows:visible").first()).toContainText("before-42");
      await typeScript(page, task.solution);
    });
  }

  await test.step("hands in and sees the result", async () => {
    await page.getByRole("button", { name: /^Finish/ }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Hand in" }).click();
    await expect(page.getByRole("heading", { name: /^(Handed in|Passed)/ })).toBeVisible();
    await expect(page.getByRole("heading", { name: /^Passed/ })).toBeVisible({ timeout: 90_000 });
    const accessibility = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze();
    expect(accessibility.violations).toEqual([]);
  });

  await test.step("the certificate verifies without an account", async () => {
    const href = await page.getByRole("link", { name: /Open your certificate/ }).getAttribute("href");
    const stranger = await browser.newContext({ javaScriptEnabled: false });
    const verify = await stranger.newPage();
    await verify.goto(new URL(href ?? "", url()).toString());
    await expect(verify.getByRole("heading", { level: 1 })).toContainText(/valid/i);
    await expect(verify.locator("body")).not.toContainText("Ada Moreau");
    await stranger.close();
  });
  await context.close();
  await proctor.context.close();
});

test("a candidate who leaves the tasks untouched gets nothing for them", async ({ browser }) => {
  test.skip(!hasLabs(), "this machine cannot run labs");
  const proctor = await signIn(browser, "proctor", "proctor");
  const { context, page } = await signIn(browser, "candidate", "bilal");
  const code = await revealCode(proctor.page, "Bilal Haddad");
  await start(page, code);
  await page.getByRole("button", { name: /^Finish/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Hand in" }).click();
  await expect(page.getByRole("heading", { name: /^Not passed/ })).toBeVisible({ timeout: 90_000 });
  const result = await page.evaluate(async () => {
    const { sessions } = await (await fetch("/api/v1/sessions")).json();
    return (await fetch(`/api/v1/sessions/${sessions[0].session_id}/result`)).json();
  });
  expect(result.passed).toBe(false);
  for (const task of result.tasks) {
    expect(task.score_percent).toBe(0);
    for (const check of task.checks) expect(check.outcome).toBe("fail");
  }
  await context.close();
  await proctor.context.close();
});

test("the employer's link of the demo opens a valid certificate", async ({ page }) => {
  await page.goto(links().employer);
  await expect(page.getByRole("heading", { level: 1 })).toContainText(/valid/i);
});
