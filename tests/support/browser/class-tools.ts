import type { Locator } from 'playwright-core';
import type { ClassTool } from '../../../web-client/src/pages/room/tools/class-tools.tsx';
import type { Person } from './person.ts';

/** Opens one of the teacher's tools, whichever was open before. */
export async function openTool(teacher: Person, tool: ClassTool): Promise<void> {
  await teacher.openPanel('tools');
  const back = teacher.page.getByTestId('tool-back');
  if ((await back.count()) > 0) await back.click();
  await teacher.page.getByTestId(`tool-${tool}`).click();
}

type Kind = 'single' | 'multiple' | 'trueFalse' | 'short';

/** The form of a new question, filled in but for the answers. */
export async function newQuestion(teacher: Person, kind: Kind, text: string): Promise<Locator> {
  await openTool(teacher, 'poll');
  const form = teacher.page.getByTestId('poll-form');
  await form.getByLabel('题型').selectOption(kind);
  await form.getByTestId('question-text').fill(text);
  return form;
}

/** Puts somebody into a group by the menu beside the name. */
export async function placeInGroup(teacher: Person, name: string, group: number): Promise<void> {
  const chip = teacher.page.locator(`[data-testid="group-member"][data-name="${name}"]`);
  await chip.getByTestId('group-move').press('Enter');
  await teacher.page.getByTestId(`move-to-${group}`).press('Enter');
  await teacher.page.getByTestId(`group-${group}`).getByText(name).waitFor();
}

interface Mouse {
  move(x: number, y: number, options?: { readonly steps?: number }): Promise<void>;
  down(): Promise<void>;
  up(): Promise<void>;
}
interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A line across the middle of a page that is written on. */
export async function drawLine(mouse: Mouse, box: Box | null): Promise<void> {
  if (box === null) throw new Error('no page to write on');
  const at = (share: number): [number, number] => [box.x + box.width * share, box.y + box.height / 2];
  await mouse.move(...at(0.3));
  await mouse.down();
  await mouse.move(...at(0.4), { steps: 4 });
  await mouse.move(...at(0.5), { steps: 4 });
  await mouse.up();
}
