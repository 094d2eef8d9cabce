const NOTES_HZ = [880, 660] as const;
const NOTE_S = 0.35;
const LOUDNESS = 0.15;

/** Behind the last note; also where nothing sounds, and no note ever ends. */
const CLOSE_MS = (NOTES_HZ.length * NOTE_S + 0.5) * 1_000;

/** Two quiet notes. A page that nobody has touched yet may not sound; then it does not. */
export function ring(): void {
  const context = new AudioContext();
  NOTES_HZ.forEach((frequency, index) => {
    const startS = context.currentTime + index * NOTE_S;
    const tone = new OscillatorNode(context, { frequency });
    const volume = new GainNode(context, { gain: 0 });
    volume.gain.setValueAtTime(LOUDNESS, startS);
    volume.gain.exponentialRampToValueAtTime(0.001, startS + NOTE_S);
    tone.connect(volume).connect(context.destination);
    tone.start(startS);
    tone.stop(startS + NOTE_S);
  });
  setTimeout(() => void context.close(), CLOSE_MS);
}
