import type { Person } from '../support/browser/person.ts';
import { shoot } from './camera.ts';

const LINES = ['日照香炉生紫烟，', '遥看瀑布挂前川。', '飞流直下三千尺，', '疑是银河落九天。'];
const QUESTIONS = ['“生”字好在哪里？', '诗人站在什么地方看？', '“三千尺”是量出来的吗？', '读一读，画出你看到的瀑布。'];

const slide = (title: string, lines: readonly string[], colour: string): string =>
  `<section style="background:${colour}"><h1>${title}</h1>${lines.map((line) => `<p>${line}</p>`).join('')}</section>`;

/** A teacher's PDF, as a presentation program exports it. */
async function slides({ page }: Person): Promise<Buffer> {
  const drawing = await page.context().newPage();
  await drawing.setContent(`<style>
    @page { size: 1280px 720px; margin: 0 }
    * { box-sizing: border-box } body { margin: 0; font-family: 'Noto Sans CJK SC' }
    section { height: 720px; padding: 56px 96px; break-after: page; color: #1f2937 }
    h1 { margin: 0 0 36px; font-size: 72px; color: #0f766e } p { margin: 0 0 20px; font-size: 54px }
  </style>${[
    slide('望庐山瀑布', ['唐 · 李白', '三年级语文 · 第 12 课'], '#ecfdf5'),
    slide('读一读', LINES, '#fffbeb'),
    slide('想一想', QUESTIONS, '#eff6ff'),
    slide('写一写', ['生　紫　烟', '挂　川　银'], '#fdf2f8'),
  ].join('')}`);
  const pdf = await drawing.pdf({ preferCSSPageSize: true, printBackground: true });
  await drawing.close();
  return pdf;
}

const isReady = '[data-testid="courseware-item"][data-state="ready"]';

/** Before class: a file and a photograph, and one that is neither. */
export async function prepareCourseware(teacher: Person, lessonId: string): Promise<void> {
  const { page } = teacher;
  await page.goto(`/lessons/${lessonId}/courseware`);
  const input = page.getByTestId('courseware-file');
  await page.getByTestId('courseware').waitFor();
  await shoot(page, 'courseware-empty', ['laptop', 'phone']);
  const photograph = await page.screenshot({ type: 'jpeg' });
  await input.setInputFiles([
    { name: '望庐山瀑布.pdf', mimeType: 'application/pdf', buffer: await slides(teacher) },
    { name: '课堂练习.jpg', mimeType: 'image/jpeg', buffer: photograph },
    { name: '朗读示范.mp3', mimeType: 'audio/mpeg', buffer: Buffer.from('ID3 nothing that can be shown') },
  ]);
  await page.locator(isReady).nth(1).waitFor();
  await shoot(page, 'courseware');
}

/** A wavy line, at shares of the page. */
async function underline({ page }: Person, x: number, y: number): Promise<void> {
  const box = await page.locator('[data-testid="ink"][data-writing="true"]').boundingBox();
  if (box === null) throw new Error('no page to write on');
  const at = (step: number): [number, number] => [
    box.x + box.width * (x + step * 0.012),
    box.y + box.height * (y + 0.012 * Math.sin(step)),
  ];
  await page.mouse.move(...at(0));
  await page.mouse.down();
  for (let step = 1; step < 30; step += 1) await page.mouse.move(...at(step));
  await page.mouse.up();
}

/** An oval around a line of text. */
async function encircle({ page }: Person, x: number, y: number): Promise<void> {
  const box = await page.locator('[data-testid="ink"][data-writing="true"]').boundingBox();
  if (box === null) throw new Error('no page to write on');
  await page.mouse.move(box.x + box.width * x, box.y + box.height * y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * (x + 0.45), box.y + box.height * (y + 0.14), { steps: 4 });
  await page.mouse.up();
}

/** In class: chosen among the tools, turned by key and button, as teacher, pupil and classroom see it. */
export async function showCourseware(teacher: Person, pupil: Person, site: Person): Promise<void> {
  const { page } = teacher;
  await teacher.openPanel('tools');
  await page.getByTestId('tool-courseware').click();
  await page.getByTestId('courseware-show').last().click();
  await page.locator('[data-testid="page-view"][data-page="1"] img[data-sharp="true"]').waitFor();
  await shoot(page, 'tool-courseware');
  await page.getByTestId('tool-back').click();
  await page.getByTestId('panel-close').click();
  await page.keyboard.press('PageDown');
  for (const person of [teacher, pupil, site]) {
    await person.page.locator('[data-testid="page-view"][data-page="2"] img[data-sharp="true"]').waitFor();
  }
  await shoot(page, 'room-courseware');
  await shoot(pupil.page, 'pupil-courseware');
  await shoot(site.page, 'site-courseware');
  await page.getByTestId('page-overview').click();
  await shoot(page, 'room-courseware-pages');
  await page.getByTestId('page-overview').click();
  await page.getByTestId('ink-pen').click();
  await page.getByTestId('ink-open').click();
  await underline(teacher, 0.08, 0.34);
  await page.getByTestId('ink-tool-marker').click();
  await underline(teacher, 0.08, 0.45);
  await page.getByTestId('ink-tool-oval').click();
  await encircle(teacher, 0.06, 0.52);
  await pupil.page.getByTestId('ink-pen').click();
  await pupil.page.getByTestId('ink-blue').click();
  await underline(pupil, 0.08, 0.62);
  for (const person of [teacher, pupil, site])
    await person.page.locator('[data-testid="ink"][data-strokes="4"]').waitFor();
  await shoot(page, 'room-ink');
  await shoot(pupil.page, 'pupil-ink');
  await shoot(site.page, 'site-ink');
  await page.getByTestId('page-hide').click();
  await site.page.getByTestId('page-view').waitFor({ state: 'detached' });
}
