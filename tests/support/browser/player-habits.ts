/** For a page before its player opens: the film is composed sooner or later, the views of the lesson are there at once. */
export function watchSideBySide(): void {
  const habits = { layout: 'side', isSwapped: false, rate: 1, skipsSilence: false, volume: 1, isMuted: false };
  localStorage.setItem('tongke.player', JSON.stringify(habits));
}
