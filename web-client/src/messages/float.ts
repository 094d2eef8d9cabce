import { catalogue } from '../text/text.ts';

export const floatText = catalogue({
  title: ['课堂悬浮面板', 'Lesson panel'],
  open: ['打开悬浮面板', 'Open the floating panel'],
  openHint: ['您在共享整个屏幕，大家也会看到它。', 'You share the whole screen: everybody will see it too.'],
  absent: [
    '这个浏览器没有悬浮面板；Chrome 或 Edge 可以在别的窗口上方显示举手和聊天。',
    'This browser has no floating panel; Chrome and Edge show hands and chat on top of other windows.',
  ],
  parts: ['面板内容', 'Parts of the panel'],
  hands: ['举手', 'Hands'],
  chat: ['聊天', 'Chat'],
  faces: ['画面', 'Faces'],
  noHands: ['没有人举手', 'No hands are up'],
  noFaces: ['没有学生画面', 'No pupils to see'],
  unread: ['{n} 条未读', '{n} unread'],
  latest: ['{name}：{text}', '{name}: {text}'],
});
