import { catalogue } from '../text/text.ts';

export const orderText = catalogue({
  title: ['课堂秩序', 'Order in class'],
  hint: ['对所有人立即生效，大家都看得到。', 'For everybody, at once; everybody sees it.'],
  chat: ['聊天', 'Chat'],
  chat_everybody: ['所有人可以发言', 'Everybody may write'],
  chat_teachers: ['只有老师可以发言', 'Only teachers may write'],
  chat_nobody: ['关闭聊天', 'Nobody may write'],
  microphones: ['台上学生的麦克风', 'Microphones on stage'],
  microphones_themselves: ['学生可以自己打开', 'Pupils open their own'],
  microphones_teachers: ['只能由老师打开', 'Only teachers open them'],
  screens: ['共享屏幕', 'Screen sharing'],
  screens_teachers: ['只有老师', 'Only teachers'],
  screens_stage: ['台上学生也可以', 'Pupils on stage too'],
  // To the class
  onlyTeachersWrite: ['老师设置了只有老师可以发言', 'The teacher lets only teachers write for now'],
  nobodyWrites: ['老师已关闭聊天', 'The teacher has closed the chat'],
  microphoneShut: ['等老师打开麦克风', 'The teacher opens it'],
  microphoneShutNote: [
    '现在由老师打开麦克风。想发言请举手。',
    'The teacher opens microphones now. Raise your hand to speak.',
  ],
  microphoneOpened: ['老师已允许您打开麦克风', 'The teacher lets you open your microphone'],
  openOwn: ['打开麦克风', 'Open microphone'],
  // Menu of a person
  openMicrophone: ['打开麦克风', 'Open the microphone'],
  handOver: ['把课交给这位老师', 'Hand the lesson over'],
  appoint: ['设为辅助教师', 'Make co-teacher'],
  // Reports
  report: ['举报', 'Report'],
  reportOf: ['举报 {name} 的消息', 'Report the message of {name}'],
  reportMessageOf: ['举报 {name} 的这条消息？', 'Report this message of {name}?'],
  reportPerson: ['举报 {name}？', 'Report {name}?'],
  reportBody: [
    '只有老师和学校管理员会看到，对方不会知道。',
    'Only teachers and the school see it. The other one is not told.',
  ],
  reportReason: ['原因（可不填）', 'Reason (optional)'],
  reportYes: ['举报', 'Report'],
  reportSent: ['已告诉老师。', 'The teacher has been told.'],
  reports: ['举报', 'Reports'],
  reportedBy: ['{name} 举报', 'by {name}'],
  reportSeen: ['知道了', 'Seen'],
  saidReport: ['有人举报了 {name}', '{name} was reported'],
  // Handing over
  handOverTitle: ['把课交给{name}？', 'Hand the lesson over to {name}?'],
  handOverBody: [
    '{name}将成为主讲教师，可以下课；您仍是辅助教师。',
    '{name} becomes the lecturer and may end the class. You stay as a co-teacher.',
  ],
  handOverYes: ['交接', 'Hand over'],
  handOverNo: ['取消', 'Cancel'],
  lecturerAway: ['主讲教师暂时离线', 'The lecturer is offline'],
  takeOverIn: ['{n} 秒后您可以接管这节课。', 'You may take the lesson over in {n} s.'],
  takeOverBody: ['您可以接管这节课，让它继续下去。', 'You may take the lesson over, so that it goes on.'],
  takeOver: ['接管课堂', 'Take the lesson over'],
  saidLeads: ['{name} 现在是主讲教师', '{name} leads the lesson now'],
});
