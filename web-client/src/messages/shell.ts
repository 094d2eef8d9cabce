import { catalogue } from '../text/text.ts';

/** Words of the frame around every page. */
export const shellText = catalogue({
  product: ['同课', 'Tongke'],
  home: ['首页', 'Home'],
  library: ['课程回放', 'Recordings'],
  desk: ['学校管理', 'School desk'],
  signOut: ['退出登录', 'Sign out'],
  language: ['English', '中文'],
  languageLabel: ['Switch to English', '切换到中文'],
  account: ['账号：{name}', 'Account: {name}'],
  checkConnection: ['网络检测', 'Connection check'],
  checkDevices: ['设备检测', 'Device check'],
  skip: ['跳到主要内容', 'Skip to content'],
  loading: ['正在加载…', 'Loading…'],
  retry: ['重试', 'Try again'],
  close: ['关闭', 'Close'],
  cancel: ['取消', 'Cancel'],
  search: ['搜索', 'Search'],
  chosenCount: ['已选 {n} 项', '{n} chosen'],
  noChoices: ['没有可选的内容', 'Nothing to choose from'],
  back: ['返回首页', 'Back to home'],
  quoteId: ['如需帮助，请告诉管理员这个编号：{id}', 'If you need help, tell your administrator this number: {id}'],
  notFoundTitle: ['没有这个页面', 'There is no such page'],
  notFoundBody: ['网址可能不完整，或页面已被移走。', 'The address may be incomplete, or the page has moved.'],
  crashTitle: ['页面出了点问题', 'Something went wrong on this page'],
  crashBody: [
    '请刷新页面。若问题仍在，请联系学校管理员。',
    'Please reload. If it happens again, tell your school administrator.',
  ],
  reload: ['刷新页面', 'Reload'],
  offline: ['网络已断开，恢复后会自动继续。', 'You are offline. This continues by itself when you are back.'],
});
