import { catalogue } from '../text/text.ts';

export const coursewareText = catalogue({
  title: ['课件', 'Courseware'],
  missing: ['没有这节课', 'There is no such lesson'],
  add: ['添加课件', 'Add files'],
  hint: [
    'PDF 或图片（JPG、PNG），每个文件不超过 {mb} MB、{pages} 页。PPT 另存为 PDF 再传，版式最准。',
    'PDF or pictures (JPG, PNG), up to {mb} MB and {pages} pages each. Save PowerPoint as PDF first: then it looks as you made it.',
  ],
  empty: [
    '还没有课件。先添加一个 PDF 或几张图片，上课时一点就能放到大屏上。',
    'Nothing yet. Add a PDF or pictures; in class one press puts them on every screen.',
  ],
  before: [
    '课前传好，上课时在“工具 → 课件”里一点就放。',
    'Upload before class; in class you find it under Tools → Courseware.',
  ],
  enter: ['进入课堂', 'Enter the lesson'],
  backHome: ['返回首页', 'Back home'],
  sending: ['正在上传 {name}（{percent}）', 'Sending {name} ({percent})'],
  receiving: ['等待上传', 'Waiting to be sent'],
  preparing: ['正在准备，已完成 {n} 页', 'Preparing, {n} pages done'],
  pageCount: ['共 {n} 页', '{n} pages'],
  remove: ['删除', 'Delete'],
  removeFile: ['删除 {name}', 'Delete {name}'],
  onBoard: ['正在展示', 'On the board'],
  show: ['展示', 'Show'],
  showFile: ['展示 {name}', 'Show {name}'],
  showPage: ['展示 {name} 第 {n} 页', 'Show page {n} of {name}'],
  pageOf: ['{name} 第 {n} 页', 'Page {n} of {name}'],
  notPages: ['“{name}”不是 PDF、图片或 PPT，无法展示。', '“{name}” is no PDF, picture or presentation.'],
  tooLarge: [
    '“{name}”超过 {mb} MB，请压缩或分成几个文件。',
    '“{name}” is larger than {mb} MB. Make it smaller or split it.',
  ],
  tooMany: ['这节课的课件已满，请先删除不用的。', 'This lesson has as many files as it can hold. Delete some first.'],
  notSent: ['“{name}”没有传上去，请检查网络后再试一次。', '“{name}” could not be sent. Check the line and try again.'],
  failed_damaged: [
    '文件打不开，可能已损坏。请重新导出 PDF 再试。',
    'The file cannot be read. Export it again and retry.',
  ],
  failed_locked: ['文件有密码。请去掉密码后再传。', 'The file asks for a password. Remove it and upload again.'],
  failed_tooManyPages: ['超过 {pages} 页，请分成几个文件。', 'More than {pages} pages. Split it.'],
  failed_tooHeavy: [
    '有的页面太复杂，处理不了。请另存为 PDF 或图片再试。',
    'A page is too complex. Save it as a simpler PDF or as pictures.',
  ],
  failed_noOffice: [
    '这台服务器没有装 LibreOffice，不能直接打开 PPT。请先另存为 PDF。',
    'This server has no LibreOffice. Save the presentation as PDF first.',
  ],
  failed_unknown: ['没有准备好，请删除后再传一次。', 'It could not be prepared. Delete it and upload again.'],
  // On the board
  board: ['课件《{name}》第 {n} 页，共 {all} 页', '{name}, page {n} of {all}'],
  number: ['{n} / {all}', '{n} / {all}'],
  loading: ['第 {n} 页载入中…', 'Loading page {n}…'],
  late: ['网络较慢，第 {n} 页还在载入…', 'The line is slow, page {n} is on its way…'],
  controls: ['翻页', 'Pages'],
  previous: ['上一页', 'Previous'],
  next: ['下一页', 'Next'],
  overview: ['全部页面', 'All pages'],
  hide: ['收起课件', 'Put away'],
});
