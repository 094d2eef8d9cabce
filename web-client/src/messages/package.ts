import { catalogue } from '../text/text.ts';

export const packageText = catalogue({
  menu: ['导出 Opencast 包', 'Export for Opencast'],
  title: ['导出为 Opencast 课程包', 'Export as an Opencast package'],
  what: [
    '一个 ZIP：老师与板书两路视频（均带声音）、课程信息、章节和字幕。只含可以发布的内容；包内只有管理员有权限，导入后再由对方设定。',
    'One ZIP: lecturer and board as two videos with the sound, facts of the lesson, chapters and captions. It holds only what may be published; in it only administrators have rights, until the importing system decides.',
  ],
  order: ['开始导出', 'Export'],
  again: ['重新导出', 'Export again'],
  waiting: ['正在排队，可以先离开此页', 'Waiting for its turn; you may leave this page'],
  making: ['正在导出 {percent}%，可以先离开此页', 'Exporting, {percent} %; you may leave this page'],
  stop: ['停止导出', 'Stop'],
  download: ['下载（{size}）', 'Download ({size})'],
  kept: ['保留到 {date}', 'Kept until {date}'],
  failed: ['导出失败，可以重试。', 'The export failed. Please try again.'],
});
