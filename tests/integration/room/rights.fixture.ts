/**
 * What each seat may ask for in each state of a sky lesson, in a live one and in a meeting, written by hand and reviewed; never generated from the code. `allowed`, or the
 * code of the refusal. A request that is missing here fails the test.
 *
 * - `inside`: a teacher is there, the seat is in the audience. lecturer coTeacher pupil site guardian guest observer
 * - `onStage`: pupil site guardian guest
 * - `safeMode`: the teacher has been gone for ten seconds. pupil site guardian guest observer
 * - `waiting`: no teacher has come; guardian and guest have not been admitted. pupil site guardian guest observer
 * - `phone`: of a teacher who stands in a listening classroom, paired with its screen, which is there; without media (F4). coTeacher
 * - `live`: as `inside`, in a lesson of one class alone, which no classroom's screen is in. lecturer coTeacher pupil guardian guest observer
 * - `meeting`: as `inside`, in a meeting with parents, who are on stage at once (G4). lecturer coTeacher guardian guest
 *
 * Requests about something of one's own name something that is not there: `notFound` is then past the rights.
 */
export const COLUMNS = {
  inside: ['lecturer', 'coTeacher', 'pupil', 'site', 'guardian', 'guest', 'observer'],
  onStage: ['pupil', 'site', 'guardian', 'guest'],
  safeMode: ['pupil', 'site', 'guardian', 'guest', 'observer'],
  waiting: ['pupil', 'site', 'guardian', 'guest', 'observer'],
  phone: ['coTeacher'],
  meeting: ['lecturer', 'coTeacher', 'guardian', 'guest'],
  live: ['lecturer', 'coTeacher', 'pupil', 'guardian', 'guest', 'observer'],
} as const;

export type RightsState = keyof typeof COLUMNS;

/** While waiting nothing but `leave` and `resync` is allowed. */
const MUST_WAIT = 'waitingForTeacher waitingForTeacher forbidden forbidden waitingForTeacher';

const everybody = {
  inside: 'allowed allowed allowed allowed allowed allowed allowed',
  live: 'allowed allowed allowed allowed allowed allowed',
  onStage: 'allowed allowed allowed allowed',
  safeMode: 'allowed allowed allowed allowed allowed',
  waiting: MUST_WAIT,
  phone: 'allowed',
  meeting: 'allowed allowed allowed allowed',
};
const ownThing = {
  inside: 'notFound notFound notFound notFound notFound notFound notFound',
  live: 'notFound notFound notFound notFound notFound notFound',
  onStage: 'notFound notFound notFound notFound',
  safeMode: 'notFound notFound notFound notFound notFound',
  waiting: MUST_WAIT,
  phone: 'notFound',
  meeting: 'notFound notFound notFound notFound',
};
const teachersOnly = {
  inside: 'allowed allowed forbidden forbidden forbidden forbidden forbidden',
  live: 'allowed allowed forbidden forbidden forbidden forbidden',
  onStage: 'forbidden forbidden forbidden forbidden',
  safeMode: 'forbidden forbidden forbidden forbidden forbidden',
  waiting: MUST_WAIT,
  phone: 'allowed',
  meeting: 'allowed allowed forbidden forbidden',
};

/** About a question that is not there. */
const teachersThing = {
  ...teachersOnly,
  inside: 'notFound notFound forbidden forbidden forbidden forbidden forbidden',
  live: 'notFound notFound forbidden forbidden forbidden forbidden',
  phone: 'notFound',
  meeting: 'notFound notFound forbidden forbidden',
};
/** About a question or race that is not there. Of this lesson pupils and sites answer, guardians only of a meeting. */
const answerers = {
  inside: 'forbidden forbidden notFound notFound forbidden forbidden forbidden',
  live: 'forbidden forbidden notFound forbidden forbidden forbidden',
  onStage: 'notFound notFound forbidden forbidden',
  safeMode: 'safeMode safeMode safeMode forbidden forbidden',
  waiting: MUST_WAIT,
  phone: 'forbidden',
  meeting: 'forbidden forbidden notFound forbidden',
};

/** On a page that is not shown: `conflict` is then past the rights. The class may not write until it is allowed to. */
const writers = {
  ...teachersOnly,
  inside: 'conflict conflict forbidden forbidden forbidden forbidden forbidden',
  live: 'conflict conflict forbidden forbidden forbidden forbidden',
  phone: 'conflict',
  meeting: 'conflict conflict forbidden forbidden',
};
const teachersPage = writers;
const nobody = {
  inside: 'forbidden forbidden forbidden forbidden forbidden forbidden forbidden',
  live: 'forbidden forbidden forbidden forbidden forbidden forbidden',
  onStage: 'forbidden forbidden forbidden forbidden',
  safeMode: 'forbidden forbidden forbidden forbidden forbidden',
  waiting: MUST_WAIT,
  phone: 'forbidden',
  meeting: 'forbidden forbidden forbidden forbidden',
};
/** The rules of the class let nobody else share yet. */
const sharers = {
  ...teachersOnly,
  onStage: 'closedByTeacher forbidden closedByTeacher closedByTeacher',
  phone: 'forbidden',
  meeting: 'allowed allowed closedByTeacher closedByTeacher',
};

/** In the order in which they are tried: what changes the seat's own state comes late. */
export const RIGHTS: Readonly<Record<string, Readonly<Record<RightsState, string>>>> = {
  resync: { ...everybody, waiting: 'allowed allowed allowed allowed allowed' },
  createTransports: everybody,
  connectTransport: ownThing,
  restartIce: ownThing,
  'produce:microphone': {
    inside: 'allowed allowed forbidden allowed forbidden forbidden forbidden',
    live: 'allowed allowed forbidden forbidden forbidden forbidden',
    onStage: 'allowed allowed allowed allowed',
    safeMode: 'forbidden safeMode forbidden forbidden forbidden',
    waiting: MUST_WAIT,
    phone: 'forbidden',
    meeting: 'allowed allowed allowed allowed',
  },
  'produce:camera': {
    inside: 'allowed allowed forbidden allowed forbidden forbidden forbidden',
    live: 'allowed allowed forbidden forbidden forbidden forbidden',
    onStage: 'allowed allowed allowed allowed',
    safeMode: 'forbidden safeMode forbidden forbidden forbidden',
    waiting: MUST_WAIT,
    phone: 'forbidden',
    meeting: 'allowed allowed allowed allowed',
  },
  /** The class wall is on. */
  'produce:wall': {
    inside: 'forbidden forbidden allowed forbidden forbidden forbidden forbidden',
    live: 'forbidden forbidden allowed forbidden forbidden forbidden',
    onStage: 'forbidden forbidden forbidden forbidden',
    safeMode: 'safeMode forbidden forbidden forbidden forbidden',
    waiting: MUST_WAIT,
    phone: 'forbidden',
    meeting: 'forbidden forbidden forbidden forbidden',
  },
  'consume:wall': { ...teachersOnly, phone: 'forbidden' },
  'produce:screen': sharers,
  'produce:screenAudio': sharers,
  'produce:visualiser': { ...teachersOnly, phone: 'forbidden' },
  setProducerPaused: ownThing,
  closeProducer: everybody,
  consume: everybody,
  setConsumersPaused: everybody,
  setPreferredLayers: ownThing,
  closeConsumers: everybody,
  setHand: {
    inside: 'allowed allowed allowed allowed allowed allowed forbidden',
    live: 'allowed allowed allowed allowed allowed forbidden',
    onStage: 'allowed allowed allowed allowed',
    safeMode: 'safeMode safeMode safeMode safeMode forbidden',
    waiting: MUST_WAIT,
    phone: 'allowed',
    meeting: 'allowed allowed allowed allowed',
  },
  setTalking: {
    inside: 'forbidden forbidden forbidden allowed forbidden forbidden forbidden',
    live: 'forbidden forbidden forbidden forbidden forbidden forbidden',
    onStage: 'forbidden allowed forbidden forbidden',
    safeMode: 'forbidden safeMode forbidden forbidden forbidden',
    waiting: MUST_WAIT,
    phone: 'forbidden',
    meeting: 'forbidden forbidden forbidden forbidden',
  },
  sendChat: {
    inside: 'allowed allowed allowed forbidden allowed allowed forbidden',
    live: 'allowed allowed allowed allowed allowed forbidden',
    onStage: 'allowed forbidden allowed allowed',
    safeMode: 'safeMode forbidden safeMode safeMode forbidden',
    waiting: MUST_WAIT,
    phone: 'allowed',
    meeting: 'allowed allowed allowed allowed',
  },
  chatHistory: everybody,
  participants: everybody,
  roll: teachersOnly,
  activity: teachersOnly,
  preparePoll: teachersOnly,
  askPoll: teachersOnly,
  openPoll: teachersThing,
  closePoll: teachersThing,
  publishPoll: teachersThing,
  removePoll: teachersThing,
  pollAnswers: teachersThing,
  answerPoll: answerers,
  hidePoll: teachersOnly,
  pastQuestions: teachersOnly,
  showPage: teachersThing,
  hidePage: teachersOnly,
  drawInk: writers,
  undoInk: writers,
  clearInk: teachersPage,
  setInkOpen: teachersOnly,
  pickSomebody: teachersOnly,
  clearPick: teachersOnly,
  startCountdown: teachersOnly,
  setCountdownPaused: teachersOnly,
  stopCountdown: teachersOnly,
  setWall: teachersOnly,
  /** Of a classroom's own sound. */
  reportSound: {
    inside: 'forbidden forbidden forbidden allowed forbidden forbidden forbidden',
    live: 'forbidden forbidden forbidden forbidden forbidden forbidden',
    onStage: 'forbidden allowed forbidden forbidden',
    safeMode: 'forbidden allowed forbidden forbidden forbidden',
    waiting: MUST_WAIT,
    phone: 'forbidden',
    meeting: 'forbidden forbidden forbidden forbidden',
  },
  reportEcho: teachersOnly,
  letEchoGo: teachersOnly,
  startRace: teachersOnly,
  pressRace: answerers,
  endRace: teachersOnly,
  /** Of a seat that is no site. */
  controlSite: nobody,
  reportSite: {
    inside: 'forbidden forbidden forbidden allowed forbidden forbidden forbidden',
    live: 'forbidden forbidden forbidden forbidden forbidden forbidden',
    onStage: 'forbidden allowed forbidden forbidden',
    safeMode: 'forbidden allowed forbidden forbidden forbidden',
    waiting: MUST_WAIT,
    phone: 'forbidden',
    meeting: 'forbidden forbidden forbidden forbidden',
  },
  /** Of a classroom, by its paired phone alone (F4). */
  setClassHand: { ...nobody, phone: 'allowed' },
  setClassSpeaker: { ...nobody, phone: 'allowed' },
  /** To the lecturer; who does not write to itself. */
  sendTeacherNote: {
    ...teachersOnly,
    inside: 'forbidden allowed forbidden forbidden forbidden forbidden forbidden',
    live: 'forbidden allowed forbidden forbidden forbidden forbidden',
    meeting: 'forbidden allowed forbidden forbidden',
  },
  setRules: teachersOnly,
  openMicrophone: teachersOnly,
  /** The lecturer alone, and never to a pupil. */
  handOver: nobody,
  appointCoTeacher: nobody,
  /** The lecturer is there. */
  takeOver: {
    ...teachersOnly,
    inside: 'conflict conflict forbidden forbidden forbidden forbidden forbidden',
    live: 'conflict conflict forbidden forbidden forbidden forbidden',
    phone: 'conflict',
    meeting: 'conflict conflict forbidden forbidden',
  },
  /** A message that is not there. */
  report: ownThing,
  seeReport: teachersThing,
  lowerHand: teachersOnly,
  inviteToStage: teachersOnly,
  removeFromStage: teachersOnly,
  /** With groups running from the first of them to the last; in a meeting there are none (N1). */
  openGroups: { ...teachersOnly, meeting: 'forbidden forbidden forbidden forbidden' },
  moveToGroup: { ...teachersOnly, meeting: 'conflict conflict forbidden forbidden' },
  visitGroup: { ...teachersOnly, meeting: 'conflict conflict forbidden forbidden' },
  setGroupsTime: { ...teachersOnly, meeting: 'conflict conflict forbidden forbidden' },
  tellGroups: { ...teachersOnly, meeting: 'conflict conflict forbidden forbidden' },
  closeGroups: teachersOnly,
  muteSeat: teachersOnly,
  muteAll: teachersOnly,
  setLayout: teachersOnly,
  /** Runs already. */
  startRecording: teachersOnly,
  setRecordingPaused: teachersOnly,
  /** Of a lesson that has no takes. */
  redoTake: {
    ...teachersOnly,
    inside: 'conflict conflict forbidden forbidden forbidden forbidden forbidden',
    live: 'conflict conflict forbidden forbidden forbidden forbidden',
    phone: 'conflict',
    meeting: 'conflict conflict forbidden forbidden',
  },
  addMarker: teachersOnly,
  deny: teachersOnly,
  admit: teachersOnly,
  admitAll: teachersOnly,
  setLocked: teachersOnly,
  removeSeat: teachersOnly,
  /** Without an invitation; whoever is on stage already has nothing to accept. */
  answerStageInvitation: {
    inside: 'forbidden forbidden forbidden forbidden forbidden forbidden forbidden',
    live: 'forbidden forbidden forbidden forbidden forbidden forbidden',
    onStage: 'allowed allowed allowed allowed',
    safeMode: 'safeMode safeMode safeMode safeMode safeMode',
    waiting: MUST_WAIT,
    phone: 'forbidden',
    meeting: 'forbidden forbidden allowed allowed',
  },
  leaveStage: everybody,
  endLesson: {
    inside: 'allowed forbidden forbidden forbidden forbidden forbidden forbidden',
    live: 'allowed forbidden forbidden forbidden forbidden forbidden',
    onStage: 'forbidden forbidden forbidden forbidden',
    safeMode: 'forbidden forbidden forbidden forbidden forbidden',
    waiting: MUST_WAIT,
    phone: 'forbidden',
    meeting: 'allowed forbidden forbidden forbidden',
  },
  leave: { ...everybody, waiting: 'allowed allowed allowed allowed allowed' },
};
