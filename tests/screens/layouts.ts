import type { Page } from 'playwright-core';
import { shoot } from './camera.ts';

const LAYOUTS = ['pip', 'board', 'lecturer', 'slides'] as const;

/** Each way to see the two pictures, from the layout menu; the page shows the player. */
export async function takeLayouts(page: Page): Promise<void> {
  for (const layout of LAYOUTS) {
    await chooseLayout(page, layout);
    if (layout === 'slides') await page.getByTestId('player-slides').waitFor();
    await shoot(page, `player-${layout}`);
  }
  // The next page begins as for somebody who has never chosen.
  await page.evaluate(() => localStorage.removeItem('tongke.player'));
}

async function chooseLayout(page: Page, layout: (typeof LAYOUTS)[number]): Promise<void> {
  // The bar goes to sleep while it plays.
  await page.mouse.move(300, 300);
  await page.mouse.move(320, 320);
  await page.getByTestId('player-layout').click();
  await page.getByTestId(`player-layout-${layout}`).click();
}
