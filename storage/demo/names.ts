/** Who lives in the demo district: two schools 3,000 km apart. Accounts are pinyin, easy to type. */
export interface DemoPupil {
  readonly name: string;
  readonly account: string;
}

export interface DemoTeacher extends DemoPupil {
  readonly subject: string;
}

export interface DemoGuardian extends DemoPupil {
  /** Account of the child. */
  readonly ward: string;
}

export interface DemoClassGroup {
  readonly grade: string;
  readonly name: string;
  readonly pupils: readonly DemoPupil[];
}

export interface DemoSchool {
  readonly name: string;
  readonly shortName: string;
  readonly region: string;
  readonly timeZone: string;
  readonly administrator: DemoPupil;
  readonly teachers: readonly [DemoTeacher, DemoTeacher, DemoTeacher];
  readonly guardians: readonly DemoGuardian[];
  readonly classGroups: readonly [DemoClassGroup, DemoClassGroup];
  readonly classroom: string;
}

export const DISTRICT_NAME = '丽水市教育局';
export const DISTRICT_ADMINISTRATOR: DemoPupil = { name: '陈局长', account: 'admin' };

const pupils = (text: string): DemoPupil[] =>
  text
    .trim()
    .split(/\s+/)
    .map((pair) => {
      const [name = '', account = ''] = pair.split(':');
      return { name, account };
    });

export const LECTURING_SCHOOL: DemoSchool = {
  name: '莲都区实验小学',
  shortName: '莲都实小',
  region: '浙江丽水',
  timeZone: 'Asia/Shanghai',
  administrator: { name: '周校长', account: 'zhou.xiaozhang' },
  teachers: [
    { name: '林老师', account: 'lin.laoshi', subject: '语文' },
    { name: '吴老师', account: 'wu.laoshi', subject: '数学' },
    { name: '陈老师', account: 'chen.laoshi', subject: '英语' },
  ],
  guardians: [
    { name: '王妈妈', account: 'wang.mama', ward: 'wang.xiaoming' },
    { name: '李爸爸', account: 'li.baba', ward: 'li.xinyi' },
    { name: '张妈妈', account: 'zhang.mama', ward: 'zhang.haoran' },
    { name: '叶爸爸', account: 'ye.baba', ward: 'ye.zihan' },
  ],
  classGroups: [
    {
      grade: '三年级',
      name: '一班',
      pupils: pupils(`王小明:wang.xiaoming 李欣怡:li.xinyi 张浩然:zhang.haoran 刘子轩:liu.zixuan 陈雨桐:chen.yutong
        杨梓涵:yang.zihan 赵一诺:zhao.yinuo 黄诗涵:huang.shihan 周俊杰:zhou.junjie 吴佳琪:wu.jiaqi
        徐天宇:xu.tianyu 孙思远:sun.siyuan`),
    },
    {
      grade: '三年级',
      name: '二班',
      pupils: pupils(`叶子涵:ye.zihan 胡可欣:hu.kexin 朱宇航:zhu.yuhang 高语嫣:gao.yuyan 林书豪:lin.shuhao
        何雅婷:he.yating 郭子墨:guo.zimo 马思琪:ma.siqi 罗文博:luo.wenbo 梁晨曦:liang.chenxi`),
    },
  ],
  classroom: '录播教室',
};

export const LISTENING_SCHOOL: DemoSchool = {
  name: '新和县塔什艾日克乡中心小学',
  shortName: '新和中心小学',
  region: '新疆阿克苏',
  timeZone: 'Asia/Urumqi',
  administrator: { name: '艾校长', account: 'ai.xiaozhang' },
  teachers: [
    { name: '古丽老师', account: 'guli.laoshi', subject: '语文' },
    { name: '马老师', account: 'ma.laoshi', subject: '数学' },
    { name: '艾力老师', account: 'aili.laoshi', subject: '科学' },
  ],
  guardians: [
    { name: '迪丽娜尔妈妈', account: 'dilinar.mama', ward: 'dilinar' },
    { name: '买买提爸爸', account: 'maimaiti.baba', ward: 'maimaiti' },
  ],
  classGroups: [
    {
      grade: '三年级',
      name: '一班',
      pupils: pupils(`迪丽娜尔:dilinar 买买提江:maimaiti 阿依古丽:ayiguli 热合曼:reheman 祖丽胡玛尔:zulihumar
        艾山江:aishanjiang 马晓燕:ma.xiaoyan 帕提古丽:patiguli 吐尔逊:tuerxun 李志强:li.zhiqiang`),
    },
    {
      grade: '四年级',
      name: '一班',
      pupils: pupils(`米热古丽:mireguli 阿布都拉:abudula 海热提:hairati 王雪莲:wang.xuelian 古丽米热:gulimire
        努尔买买提:nuermaimaiti 赛乃姆:sainaimu 张新疆:zhang.xinjiang`),
    },
  ],
  classroom: '空中课堂教室',
};
