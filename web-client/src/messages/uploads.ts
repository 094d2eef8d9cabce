import { catalogue } from '../text/text.ts';

export const uploadText = catalogue({
  // On a card of the library
  origin_upload: ['上传', 'Uploaded'],
  origin_micro: ['微课', 'Micro-lesson'],
  uploadedAt: ['上传于 {time}', 'uploaded {time}'],
  phase_importing: ['正在检查和转换 {percent}%', 'Checking and converting {percent}%'],
  phase_importWaiting: ['等待检查', 'Waiting to be checked'],
  phase_refused: ['无法使用', 'Cannot be used'],
  phase_importFailed: ['处理失败', 'Processing failed'],
  hint_importing: ['处理完成后即可播放', 'Can be played once it is done'],
});
