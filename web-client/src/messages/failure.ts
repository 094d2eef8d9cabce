import { catalogue } from '../text/text.ts';

/** Every way in which a request can fail, said in plain words with what to do. Keys are the failure codes, and one conflict that no reloading helps against. */
export const failureText = catalogue({
  signedOut: ['登录已过期，请重新登录。', 'You have been signed out. Please sign in again.'],
  wrongCredentials: [
    '账号或密码不正确，请检查后再试。',
    'Account or password is not correct. Please check and try again.',
  ],
  passwordChangeRequired: ['请先设置新密码，再继续使用。', 'Please set a new password of your own first.'],
  forbidden: ['您没有权限这样做。', 'You may not do this.'],
  notFound: ['没有找到，可能已被删除。', 'Not found. It may have been deleted.'],
  conflict: ['内容刚刚有变化，请刷新后再试。', 'This has just changed. Please reload and try again.'],
  /** `conflict` with the field `hold`. */
  held: ['录像正依规保留，暂时不能删除。', 'This recording is on hold: nothing of it can be deleted now.'],
  gone: ['已经不可用了。', 'This is no longer available.'],
  tooManyRequests: ['操作太频繁，请稍等片刻再试。', 'Too many attempts. Please wait a moment and try again.'],
  invitationExpired: [
    '邀请链接已失效，请向老师索取新的链接。',
    'This invitation has expired. Please ask the teacher for a new one.',
  ],
  enrolmentCodeInvalid: [
    '绑定码不正确或已过期，请向管理员索取新的绑定码。',
    'The code is wrong or has expired. Please ask the administrator for a new one.',
  ],
  pairingCodeInvalid: [
    '二维码已过期，请重新扫描大屏上的二维码。',
    'This code has expired. Please scan the one on the classroom’s screen again.',
  ],
  originRejected: [
    '请从本系统的网址打开页面后再试。',
    'Please open this page from the system’s own address and try again.',
  ],
  lessonNotOpen: ['课堂还没有开放，请稍后再进入。', 'The lesson is not open yet. Please come back a little later.'],
  lessonEnded: ['这节课已经结束。', 'This lesson has ended.'],
  roomLocked: ['老师已锁定课堂，暂时不能进入。', 'The teacher has locked the room.'],
  roomFull: ['课堂人数已满，请稍后再试。', 'The room is full. Please try again later.'],
  lobbyFull: [
    '等候室人数已满，请等老师准许一些人进入后再试。',
    'Too many people are waiting. Please try again once the teacher has let some of them in.',
  ],
  removedFromRoom: ['老师已将您移出课堂。', 'The teacher has removed you from the room.'],
  waitingForTeacher: ['老师还没有到，请稍候。', 'The teacher is not here yet. Please wait.'],
  safeMode: [
    '老师暂时离线，课堂处于安全模式，发言和聊天已暂停。',
    'The teacher is offline. Speaking and chat are paused until a teacher is back.',
  ],
  groupFull: ['这个小组已满，请换一个小组。', 'That group is full. Please choose another one.'],
  stageFull: ['台上人数已满，请先请一位下台。', 'The stage is full. Please let somebody leave it first.'],
  wordRefused: [
    '包含学校不允许的词，请修改后再试。',
    'This has a word that the school does not allow. Please change it and try again.',
  ],
  /** `wordRefused` with the word. */
  wordRefusedOf: [
    '没有发出：包含学校不允许的词“{word}”，请修改。',
    'Not sent: “{word}” is a word that the school does not allow. Please change it.',
  ],
  closedByTeacher: ['老师暂时没有开放这项操作。', 'The teacher has not opened this to the class for now.'],
  seatTokenInvalid: ['座位已过期，请重新进入课堂。', 'Your seat has expired. Please enter again.'],
  invalidInput: ['填写的内容有误，请检查后再试。', 'Something in the form is not right. Please check and try again.'],
  unsupportedMedia: ['不支持这种格式。', 'This format is not supported.'],
  payloadTooLarge: ['内容太大，请缩小后再试。', 'This is too large. Please make it smaller.'],
  clientTooOld: ['系统已更新，请刷新页面。', 'The system has been updated. Please reload the page.'],
  serverTooOld: ['服务器正在更新，请稍后再试。', 'The server is being updated. Please try again shortly.'],
  staleFence: ['课堂正在恢复，请稍候。', 'The room is being restored. Please wait.'],
  unavailable: [
    '服务暂时不可用，正在恢复，请稍后再试。',
    'The service is briefly unavailable. Please try again shortly.',
  ],
  storageFull: ['存储空间已满，请联系管理员。', 'The storage is full. Please tell the administrator.'],
  internal: ['服务器出了点问题，请稍后再试。', 'The server had a problem. Please try again shortly.'],
  offline: ['网络已断开，请检查网络；恢复后再试。', 'No network. Please check your connection and try again.'],
  timedOut: [
    '服务器没有及时回应，请检查网络后再试。',
    'No answer in time. Please check your connection and try again.',
  ],
  unreadable: ['服务器的回应无法识别，请刷新页面。', 'The answer could not be read. Please reload the page.'],
});
