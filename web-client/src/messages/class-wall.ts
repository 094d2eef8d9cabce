import { catalogue } from '../text/text.ts';

export const wallText = catalogue({
  wall: ['课堂墙', 'Class wall'],
  turnOn: ['打开课堂墙', 'Turn the class wall on'],
  turnOff: ['关闭课堂墙', 'Turn it off'],
  about: [
    '打开后，台下学生可以让本节课的老师看到自己。画面只有老师能看到，不录制，没有声音；学生可以不开摄像头。',
    'Pupils who are not on stage may then show themselves to the teachers of this lesson. Nobody else sees it, it is not recorded and has no sound; a pupil may keep the camera off.',
  ],
  screenShared: [
    '您在共享整个屏幕：课堂墙先不显示，免得学生互相看到。停止共享后就能看到。',
    'You share the whole screen: the class wall is hidden so that pupils do not see one another. It comes back when you stop sharing.',
  ],
  windowShared: [
    '您在共享一个窗口，可能就是本页所在的窗口：课堂墙在这里先不显示，免得学生互相看到。停止共享后就能看到。',
    'You share a window, which may be this one: the class wall is hidden here so that pupils do not see one another. It comes back when you stop sharing.',
  ],
  inPanel: [
    '共享窗口时，悬浮面板的“画面”里有课堂墙。',
    'While you share a window, it is in the floating panel under “Faces”.',
  ],
  nobody: ['还没有学生打开摄像头', 'No pupil has turned the camera on yet'],
  count: ['{n} 位学生的画面', '{n} pupils'],
  enlarge: ['放大', 'Enlarge'],
  shrink: ['回到课堂画面', 'Back to the lesson'],
  invite: ['请{name}上台', 'Invite {name} on stage'],
  paused: ['画面已暂停', 'Paused'],
  handUp: ['举手', 'hand raised'],
  page: ['第 {n} 页，共 {all} 页', 'Page {n} of {all}'],
  // To the pupil
  askTitle: ['老师打开了课堂墙', 'The teacher has turned the class wall on'],
  askBody: [
    '打开摄像头后，只有本节课的老师能看到您；同学看不到，不录制，没有声音。您也可以不开。',
    'With your camera on, only the teachers of this lesson see you: not your classmates, no recording, no sound. You may keep it off.',
  ],
  show: ['打开摄像头', 'Camera on'],
  keepOff: ['保持关闭', 'Keep it off'],
  seen: ['只有老师能看到', 'Only teachers see this'],
});
