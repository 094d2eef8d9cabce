/** Of everything that media nodes send to other machines of ours; `sfu/contract.ts` names it too. */
export const CIPHER = 'AEAD_AES_256_GCM';
export const CIPHER_KEY_BYTES = 44;
