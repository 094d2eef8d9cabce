import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const MAX_BYTES = 10 * 1024 * 1024;
const KEPT_FILES = 4;

/** A log file that moves aside when it is full: `name.log`, and before it `name.1.log` … `name.4.log`. */
export class RotatingLog {
  readonly #folder: string;
  readonly #name: string;
  readonly #maxBytes: number;
  #file: number;
  #bytes: number;
  #isClosed = false;

  private constructor(folder: string, name: string, maxBytes: number) {
    this.#folder = folder;
    this.#name = name;
    this.#maxBytes = maxBytes;
    this.#file = openSync(this.#path(0), 'a', 0o600);
    this.#bytes = fstatSync(this.#file).size;
  }

  static open(folder: string, name: string, maxBytes = MAX_BYTES): RotatingLog {
    mkdirSync(folder, { recursive: true });
    return new RotatingLog(folder, name, maxBytes);
  }

  /** Path of the newest file. */
  get path(): string {
    return this.#path(0);
  }

  write(line: string): void {
    if (this.#isClosed) return;
    if (this.#bytes >= this.#maxBytes) this.#rotate();
    this.#bytes += writeSync(this.#file, `${line}\n`);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.#file);
  }

  #rotate(): void {
    closeSync(this.#file);
    for (let age = KEPT_FILES - 1; age >= 0; age -= 1) {
      try {
        renameSync(this.#path(age), this.#path(age + 1));
      } catch {
        // There are not that many yet.
      }
    }
    this.#file = openSync(this.#path(0), 'a', 0o600);
    this.#bytes = 0;
  }

  #path(age: number): string {
    return join(this.#folder, age === 0 ? `${this.#name}.log` : `${this.#name}.${age}.log`);
  }
}
