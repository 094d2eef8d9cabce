import { describe, expect, it } from 'vitest';
import { TalkHold } from './talk-hold.ts';

/** A microphone that answers when it is told to. */
function slowMicrophone() {
  const asked: boolean[] = [];
  const answers: ((works: boolean) => void)[] = [];
  const setOpen = (open: boolean): Promise<void> => {
    asked.push(open);
    return new Promise((resolve, reject) => {
      answers.push((works) => (works ? resolve() : reject(new Error('refused'))));
    });
  };
  const answer = async (works = true): Promise<void> => {
    answers.shift()?.(works);
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { asked, setOpen, answer };
}

describe('a key that is held to talk', () => {
  it('opens the microphone, and shuts it when it is let go', async () => {
    const { asked, setOpen, answer } = slowMicrophone();
    const hold = new TalkHold(setOpen);
    hold.press();
    await answer();
    hold.release();
    await answer();
    expect(asked).toEqual([true, false]);
  });

  it('shuts a microphone that was still opening when the key was let go', async () => {
    const { asked, setOpen, answer } = slowMicrophone();
    const hold = new TalkHold(setOpen);
    hold.press();
    hold.release();
    await answer();
    expect(asked).toEqual([true, false]);
  });

  it('asks for nothing twice when the key is pressed again meanwhile', async () => {
    const { asked, setOpen, answer } = slowMicrophone();
    const hold = new TalkHold(setOpen);
    hold.press();
    hold.release();
    hold.press();
    await answer();
    expect(asked).toEqual([true]);
  });

  it('works again after a refusal', async () => {
    const { asked, setOpen, answer } = slowMicrophone();
    const hold = new TalkHold(setOpen);
    hold.press();
    await answer(false);
    hold.release();
    await answer();
    hold.press();
    expect(asked).toEqual([true, false, true]);
  });
});
