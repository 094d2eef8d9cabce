import type { UploadRefusal } from '../../signaling/protocol/rest/uploads.ts';

/** The file is to blame: another attempt would find the same. */
export class Refused extends Error {
  readonly refusal: UploadRefusal;

  constructor(refusal: UploadRefusal) {
    super(`the file is refused: ${refusal}`);
    this.name = 'Refused';
    this.refusal = refusal;
  }
}
