/** WebVTT timestamp (W3C WebVTT §4.2): `hh:mm:ss.mmm`. */
export function vttTime(us: number): string {
  const ms = Math.round(us / 1_000);
  const pad = (value: number, width: number): string => String(value).padStart(width, '0');
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor(ms / 60_000) % 60;
  const seconds = Math.floor(ms / 1_000) % 60;
  return `${pad(hours, 2)}:${pad(minutes, 2)}:${pad(seconds, 2)}.${pad(ms % 1_000, 3)}`;
}
