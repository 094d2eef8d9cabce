import { firstLink } from '../support/districts/first-day.ts';
import { shoot } from './camera.ts';
import { inEnglish, type Cast } from './cast.ts';

/** The page behind the link of the first start, and what it says to a form that is not filled in. */
export async function takeSetup(cast: Cast): Promise<void> {
  const visitor = await cast.device('teacher');
  const { page } = visitor;
  await page.goto(await firstLink(cast.stack));
  const form = page.locator('input[name="districtName"]');
  await form.waitFor();
  await shoot(page, 'setup');
  await inEnglish(page, async () => {
    await form.waitFor();
    await shoot(page, 'setup-en');
  });
  await page.getByTestId('set-up').click();
  await page.locator('[aria-invalid="true"]').first().waitFor();
  await shoot(page, 'setup-missing');
  await visitor.close();
}
