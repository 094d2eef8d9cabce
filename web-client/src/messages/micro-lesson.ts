import { catalogue } from '../text/text.ts';

export const microText = catalogue({
  // Home
  record: ['录微课', 'Record a micro-lesson'],
  recordBody: [
    '一个人录一小段课：可以暂停、重录，录完自动进入课程回放。',
    'Record a short lesson alone: pause, do a part again; it is in the library when you are done.',
  ],
  title: ['微课名称', 'Title'],
  titleDefault: ['{name}的微课 {date}', '{name}’s micro-lesson {date}'],
  subject: ['学科（可不填）', 'Subject (optional)'],
  classes: ['给哪些班级看', 'Class groups that may watch it'],
  whoSees: [
    '录好后先由所选班级、您和学校管理员观看，和其他课程回放一样；以后可以在课程回放里放开给全校或全区。',
    'Like any recording it is for the chosen classes, you and your school’s administrators first; you can open it to the school or the district in the library.',
  ],
  create: ['去录制', 'Go and record'],
  unfinished: ['还没录完的微课', 'Unfinished micro-lesson'],
  goOn: ['接着录', 'Go on'],
  // Before the room
  enter: ['进入录制', 'Go to the recorder'],
  notYet: [
    '进入后不会马上录制，由您按“开始录制”开始。这里只有您一个人，别人进不来。',
    'Nothing is recorded until you press “Start recording”. You are alone here: nobody else can come in.',
  ],
  // Recorder
  recorder: ['录制', 'Recorder'],
  state_none: ['还没有开始录制', 'Not recording yet'],
  state_starting: ['正在准备录制…', 'Getting ready to record…'],
  state_recording: ['录制中', 'Recording'],
  state_paused: ['已暂停', 'Paused'],
  state_failed: ['录制已停止', 'Recording has stopped'],
  takeLength: ['本段 {time}', 'this take {time}'],
  start: ['开始录制', 'Start recording'],
  pause: ['暂停', 'Pause'],
  resume: ['继续录制', 'Continue'],
  redo: ['重录这一段', 'Redo this take'],
  finish: ['完成', 'Finish'],
  redoAsk: ['重录刚才这一段（{time}）？前面录好的不受影响。', 'Redo the last take ({time})? What came before stays.'],
  redoYes: ['重录', 'Redo'],
  redoNo: ['保留这一段', 'Keep it'],
  cancel: ['取消', 'Cancel'],
  countdown: ['{n} 秒后开始', 'Starts in {n}'],
  noSound: ['麦克风关着，录下来没有声音', 'The microphone is off: there will be no sound'],
  noPicture: ['没有打开任何画面', 'No picture is on'],
  // Ending
  endTitle: ['完成录制吗？', 'Finish the recording?'],
  endBody: [
    '共 {time}。完成后几秒钟就能在课程回放里观看，还可以剪辑。',
    '{time} in all. It can be watched in the library in a few seconds, and edited.',
  ],
  endNothing: ['还没有录下内容，现在结束不会有回放。', 'Nothing has been recorded: there will be nothing to watch.'],
  endYes: ['完成', 'Finish'],
  endNo: ['接着录', 'Go on recording'],
  leaveTitle: ['完成录制，还是先离开？', 'Finish, or leave for now?'],
  leaveBody: [
    '先离开时录制会暂停，已录的都留着。从首页可以回来接着录。',
    'If you leave for now the recording pauses and is kept. Come back from the home page to go on.',
  ],
  leaveOnly: ['先离开', 'Leave for now'],
  // Afterwards
  ended: ['微课录好了', 'Your micro-lesson is recorded'],
  endedBody: ['几秒钟后就能在课程回放里观看。', 'It can be watched in the library in a few seconds.'],
  left: ['您已离开录制', 'You have left the recorder'],
  leftBody: [
    '录制已暂停，已录的都留着，随时可以接着录。',
    'The recording is paused and kept. Go on whenever you like.',
  ],
});
