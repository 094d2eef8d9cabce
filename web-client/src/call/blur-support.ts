/** A module with one SIMD instruction, as `wasm-feature-detect` has it. */
const SIMD_MODULE = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11],
);

function hasWebGl2(): boolean {
  const context = new OffscreenCanvas(1, 1).getContext('webgl2');
  context?.getExtension('WEBGL_lose_context')?.loseContext();
  return context !== null;
}

/**
 * Chromium alone hands out a camera's pictures one by one also while the page is hidden, as a teacher's is who shares another
 * window: by a canvas the class would see a still.
 */
export function canBlurBackground(): boolean {
  return (
    'MediaStreamTrackProcessor' in globalThis &&
    'MediaStreamTrackGenerator' in globalThis &&
    'OffscreenCanvas' in globalThis &&
    WebAssembly.validate(SIMD_MODULE) &&
    hasWebGl2()
  );
}
