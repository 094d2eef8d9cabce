import type { SoundListener } from './sound-listener.ts';
import { wait } from './wait.ts';

/** Pentatonic over three octaves: any order of them sounds friendly, and each has bands of its own. */
const NOTES_HZ = [262, 330, 392, 523, 659, 784, 1047, 1319, 1568, 2093, 2637, 3136];
const NOTE_S = 0.18;
const STEP_S = 0.24;
const LOUDNESS = 0.22;

/** Two notes at a time in an order of chance, which no room and no other classroom has. Resolves when it has ended, rejects when it is called off. */
export async function playMelody(listener: SoundListener, ms: number, signal: AbortSignal): Promise<void> {
  const { context } = listener;
  const out = new GainNode(context, { gain: LOUDNESS });
  out.connect(context.destination);
  listener.connect(out, 0);
  const startS = context.currentTime + 0.05;
  const notes: OscillatorNode[] = [];
  for (let at = 0; at + STEP_S < ms / 1000; at += STEP_S) {
    // A breath now and then, as speech has.
    if (Math.random() < 0.2) continue;
    for (let voice = 0; voice < 2; voice += 1) {
      const frequency = NOTES_HZ[Math.floor(Math.random() * NOTES_HZ.length)] ?? 523;
      const note = new OscillatorNode(context, { type: 'triangle', frequency });
      const shape = new GainNode(context, { gain: 0 });
      shape.gain.setValueAtTime(0, startS + at);
      shape.gain.linearRampToValueAtTime(1, startS + at + 0.02);
      shape.gain.setValueAtTime(1, startS + at + NOTE_S - 0.04);
      shape.gain.linearRampToValueAtTime(0, startS + at + NOTE_S);
      note.connect(shape).connect(out);
      note.start(startS + at);
      note.stop(startS + at + NOTE_S);
      notes.push(note);
    }
  }
  try {
    await wait(ms, signal);
  } finally {
    for (const note of notes) note.disconnect();
    out.disconnect();
  }
}
