import ICAL from 'ical.js';

const MAX_TEXT = 60;

/** Which event a file that cannot be parsed is broken at, so that whoever exported it finds it; undefined when it is none of them. */
export function brokenEvent(text: string): { title: string; start: string; line: number } | undefined {
  const lines = text.split(/\r?\n/);
  let from = -1;
  for (const [at, line] of lines.entries()) {
    if (/^BEGIN:VEVENT\s*$/i.test(line)) from = at;
    if (from === -1 || !/^END:VEVENT\s*$/i.test(line)) continue;
    const event = lines.slice(from, at + 1);
    if (!isParsed(event)) return { title: valueIn(event, 'SUMMARY'), start: valueIn(event, 'DTSTART'), line: from + 1 };
    from = -1;
  }
  return undefined;
}

function isParsed(event: readonly string[]): boolean {
  try {
    ICAL.parse(['BEGIN:VCALENDAR', ...event, 'END:VCALENDAR'].join('\r\n'));
    return true;
  } catch {
    return false;
  }
}

function valueIn(event: readonly string[], name: string): string {
  const line = event.find((candidate) => candidate.toUpperCase().startsWith(name)) ?? '';
  return line.slice(line.indexOf(':') + 1).slice(0, MAX_TEXT);
}
