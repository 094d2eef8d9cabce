const CONTENT_TYPES: Readonly<Record<string, string>> = {
  aac: 'audio/aac',
  csv: 'text/csv; charset=utf-8',
  jpg: 'image/jpeg',
  json: 'application/json',
  jsonl: 'application/x-ndjson',
  m3u8: 'application/vnd.apple.mpegurl',
  m4a: 'audio/mp4',
  m4s: 'video/iso.segment',
  mp4: 'video/mp4',
  pdf: 'application/pdf',
  png: 'image/png',
  svg: 'image/svg+xml',
  ts: 'video/mp2t',
  txt: 'text/plain; charset=utf-8',
  vtt: 'text/vtt; charset=utf-8',
  webm: 'video/webm',
  webp: 'image/webp',
};

const UNKNOWN_CONTENT_TYPE = 'application/octet-stream';

export function contentTypeOf(key: string): string {
  const extension = /\.([^./]+)$/.exec(key)?.[1];
  return (extension === undefined ? undefined : CONTENT_TYPES[extension.toLowerCase()]) ?? UNKNOWN_CONTENT_TYPE;
}
