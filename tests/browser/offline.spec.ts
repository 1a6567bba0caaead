// The network goes away and comes back: no answer is lost.
import { expect, test } from "@playwright/test";
import { revealCode, signIn, start } from "./support/exam";

test("an answer given offline is sent on return and is there after a reload", async ({ browser }) => {
  const proctor = await signIn(browser, "proctor", "proctor");
  const { context, page } = await signIn(browser, "candidate", "daniel");
  await start(page, await revealCode(proctor.page, "Daniel Novak"));
  await context.setOffline(true);
  await page.locator("fieldset label").first().click();
  await expect(page.getByText(/offline/i).first()).toBeVisible();
  await context.setOffline(false);
  await expect(page.getByText(/^Saved/).first()).toBeVisible();

  await page.reload();
  await expect(page.getByRole("timer")).toBeVisible();
  await expect(page.locator("fieldset input:checked").first()).toBeVisible();
  await context.close();
  await proctor.context.close();
});
