/**
 * Makes a track that is computed from a device's stand for the device: it has its name and settings, and stopping it calls `close`,
 * which has to stop the device. Returns what stops the computed track itself.
 */
export function standInFor(raw: MediaStreamTrack, computed: MediaStreamTrack, close: () => void): () => void {
  const stopTrack = computed.stop.bind(computed);
  computed.stop = close;
  const settings = computed.getSettings.bind(computed);
  computed.getSettings = () => ({ ...settings(), ...raw.getSettings() });
  Object.defineProperty(computed, 'label', { value: raw.label });
  return stopTrack;
}
