import type { ClassGroupId, RecordingId } from '../../../signaling/protocol/ids.ts';
import type { UploadRefusal, UploadSummary } from '../../../signaling/protocol/rest/uploads.ts';
import { sniffVideo, SNIFF_BYTES } from '../../../signaling/protocol/video-container.ts';
import { callApi } from '../api/api.ts';
import { asFailure } from '../api/request-failure.ts';
import type { RequestFailure } from '../api/request-failure.ts';
import { randomId } from '../call/random-id.ts';
import { refusalOf, sendFile, type Sending } from './send-file.ts';

/** A line that is away is tried again by itself, for as long as the page is open. */
const RETRY_MS = 5_000;
const MIN_MEASURED_MS = 2_000;

/**
 * - `needsFile`: begun before the page was loaded; a browser does not keep files, so it is chosen once more.
 * - `offline`: the line is away; it goes on by itself.
 */
export type UploadItemState = 'waiting' | 'sending' | 'offline' | 'paused' | 'needsFile' | 'failed' | 'done';

export interface UploadItem {
  readonly id: string;
  readonly title: string;
  readonly fileName: string;
  readonly bytes: number;
  readonly sentBytes: number;
  readonly state: UploadItemState;
  readonly secondsLeft: number | null;
  readonly failure: RequestFailure | null;
  readonly refusal: UploadRefusal | null;
  /** Known once it is announced. */
  readonly uploadId: RecordingId | null;
}

export interface FilmToSend {
  readonly file: File;
  readonly title: string;
  readonly subject: string | null;
  readonly classGroupIds: readonly ClassGroupId[];
}

interface Kept {
  item: UploadItem;
  film: FilmToSend | null;
  upload: UploadSummary | null;
  sending: Sending | null;
}

/** Films that are being uploaded, one after the other, in the order in which they were added. Lives as long as the page. */
export class UploadQueue {
  #kept: Kept[] = [];
  #items: readonly UploadItem[] = [];
  readonly #listeners = new Set<() => void>();
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(page: Pick<Window, 'addEventListener'>) {
    page.addEventListener('beforeunload', (event) => {
      if (this.#kept.some(({ item }) => item.state === 'sending')) event.preventDefault();
    });
    page.addEventListener('online', () => this.#wakeUp());
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getState = (): readonly UploadItem[] => this.#items;

  /** What was begun before this page was loaded, here or on another device. */
  async load(signal?: AbortSignal): Promise<void> {
    const { uploads } = await callApi('listUploads', undefined, signal);
    for (const upload of uploads) {
      if (this.#kept.some(({ item }) => item.uploadId === upload.uploadId)) continue;
      const { uploadId, title, fileName, bytes, receivedBytes } = upload;
      const item = newItem({ title, fileName, bytes, sentBytes: receivedBytes, state: 'needsFile', uploadId });
      this.#kept.push({ item, film: null, upload, sending: null });
    }
    this.#tell();
  }

  /** The same file as one that was interrupted goes on with that one. */
  async add(films: readonly FilmToSend[]): Promise<void> {
    for (const film of films) {
      const { file, title } = film;
      const begun = this.#kept.find(({ item }) => item.state === 'needsFile' && isSameFile(item, file));
      if (begun !== undefined) {
        begun.film = film;
        this.#change(begun, { state: 'waiting' });
        continue;
      }
      const refusal = await refusalOfFile(file);
      const item = newItem({
        title,
        fileName: file.name,
        bytes: file.size,
        state: refusal === null ? 'waiting' : 'failed',
      });
      this.#kept.push({ item: { ...item, refusal }, film, upload: null, sending: null });
    }
    this.#tell();
    this.#next();
  }

  /** The file of an upload that was interrupted. Answers whether it is the same one. */
  giveFile(id: string, file: File): boolean {
    const kept = this.#find(id);
    if (kept?.upload === null || kept === undefined || !isSameFile(kept.item, file)) return false;
    const { title, subject } = kept.upload;
    kept.film = { file, title, subject, classGroupIds: [] };
    this.#change(kept, { state: 'waiting' });
    this.#next();
    return true;
  }

  pause(id: string): void {
    const kept = this.#find(id);
    if (kept === undefined) return;
    kept.sending?.stop();
    kept.sending = null;
    this.#change(kept, { state: 'paused', secondsLeft: null });
    this.#next();
  }

  resume(id: string): void {
    const kept = this.#find(id);
    if (kept === undefined || kept.film === null) return;
    this.#change(kept, { state: 'waiting', failure: null });
    this.#next();
  }

  /** Off the list; what had arrived is thrown away. */
  async remove(id: string): Promise<void> {
    const kept = this.#find(id);
    if (kept === undefined) return;
    kept.sending?.stop();
    const { uploadId, state } = kept.item;
    if (uploadId !== null && state !== 'done') {
      await callApi('cancelUpload', { params: { uploadId } }).catch((error: unknown) => {
        // Gone already, or a recording already: both are off this list.
        const { code } = asFailure(error);
        if (code !== 'notFound' && code !== 'conflict') throw error;
      });
    }
    this.#kept = this.#kept.filter((one) => one !== kept);
    this.#tell();
    this.#next();
  }

  #next(): void {
    if (this.#kept.some(({ item }) => item.state === 'sending')) return;
    const kept = this.#kept.find(({ item }) => item.state === 'waiting');
    if (kept === undefined || kept.film === null) return;
    this.#change(kept, { state: 'sending', failure: null });
    void this.#send(kept, kept.film).catch((error: unknown) => this.#stopped(kept, asFailure(error)));
  }

  async #send(kept: Kept, film: FilmToSend): Promise<void> {
    kept.upload ??= await announce(film);
    this.#change(kept, { uploadId: kept.upload.uploadId });
    // Paused or removed while it was being announced.
    if (kept.item.state !== 'sending') return;
    const startedAtMs = Date.now();
    let startedBytes: number | null = null;
    kept.sending = await sendFile(film.file, kept.upload.dataPath, {
      onProgress: (sentBytes) => {
        startedBytes ??= sentBytes;
        const elapsedMs = Date.now() - startedAtMs;
        const secondsLeft = secondsFor(film.file.size - sentBytes, sentBytes - startedBytes, elapsedMs);
        if (kept.item.state === 'sending') this.#change(kept, { sentBytes, secondsLeft });
      },
      onDone: () => {
        kept.sending = null;
        this.#change(kept, { state: 'done', sentBytes: film.file.size, secondsLeft: null });
        this.#next();
      },
      onFailed: (failure) => this.#stopped(kept, failure),
    });
    // `pause` may have come while the sender was being loaded.
    if ((kept.item.state as UploadItemState) !== 'sending') kept.sending.stop();
  }

  #stopped(kept: Kept, failure: RequestFailure): void {
    if (kept.item.state !== 'sending') return;
    kept.sending = null;
    const willReturn = failure.isConnection || failure.code === 'internal' || failure.code === 'tooManyRequests';
    const refusal = refusalOf(failure);
    this.#change(kept, { state: willReturn ? 'offline' : 'failed', failure, refusal, secondsLeft: null });
    if (!willReturn) {
      this.#next();
      return;
    }
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#wakeUp(), failure.retryAfterMs ?? RETRY_MS);
  }

  #wakeUp(): void {
    for (const kept of this.#kept) if (kept.item.state === 'offline') this.#change(kept, { state: 'waiting' });
    this.#next();
  }

  #find(id: string): Kept | undefined {
    return this.#kept.find(({ item }) => item.id === id);
  }

  #change(kept: Kept, change: Partial<UploadItem>): void {
    kept.item = { ...kept.item, ...change };
    this.#tell();
  }

  #tell(): void {
    this.#items = this.#kept.map(({ item }) => item);
    for (const listener of this.#listeners) listener();
  }
}

const isSameFile = (item: UploadItem, file: File): boolean => item.fileName === file.name && item.bytes === file.size;

function newItem(
  facts: Pick<UploadItem, 'title' | 'fileName' | 'bytes' | 'state'> &
    Partial<Pick<UploadItem, 'sentBytes' | 'uploadId'>>,
): UploadItem {
  return { id: randomId(), sentBytes: 0, secondsLeft: null, failure: null, refusal: null, uploadId: null, ...facts };
}

function announce({ file, title, subject, classGroupIds }: FilmToSend): Promise<UploadSummary> {
  const body = { title, subject, classGroupIds: [...classGroupIds], fileName: file.name, bytes: file.size };
  return callApi('createUpload', { body });
}

/** Seen before a byte is sent; null for what may be a video. */
async function refusalOfFile(file: File): Promise<UploadRefusal | null> {
  if (file.size === 0) return 'notVideo';
  const sniffed = sniffVideo(new Uint8Array(await file.slice(0, SNIFF_BYTES).arrayBuffer()));
  return 'refusal' in sniffed ? sniffed.refusal : null;
}

function secondsFor(leftBytes: number, sentBytes: number, elapsedMs: number): number | null {
  if (elapsedMs < MIN_MEASURED_MS || sentBytes <= 0) return null;
  return Math.ceil((leftBytes * elapsedMs) / sentBytes / 1_000);
}
