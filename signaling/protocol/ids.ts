import * as z from 'zod';

/**
 * Branded identifiers. All are opaque strings of 1–64 URL-safe characters made by a cryptographic generator
 * (UUID v4 unless said otherwise), so that no room, lesson or recording can be guessed.
 */
const opaqueId = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[\w-]+$/);

export const DistrictId = opaqueId.brand('DistrictId');
export type DistrictId = z.infer<typeof DistrictId>;
export const SchoolId = opaqueId.brand('SchoolId');
export type SchoolId = z.infer<typeof SchoolId>;
export const ClassGroupId = opaqueId.brand('ClassGroupId');
export type ClassGroupId = z.infer<typeof ClassGroupId>;
export const PersonId = opaqueId.brand('PersonId');
export type PersonId = z.infer<typeof PersonId>;
export const ClassroomId = opaqueId.brand('ClassroomId');
export type ClassroomId = z.infer<typeof ClassroomId>;
export const SiteId = opaqueId.brand('SiteId');
export type SiteId = z.infer<typeof SiteId>;
export const PairingId = opaqueId.brand('PairingId');
export type PairingId = z.infer<typeof PairingId>;
export const TermId = opaqueId.brand('TermId');
export type TermId = z.infer<typeof TermId>;
export const SpecialDayId = opaqueId.brand('SpecialDayId');
export type SpecialDayId = z.infer<typeof SpecialDayId>;
export const FeedId = opaqueId.brand('FeedId');
export type FeedId = z.infer<typeof FeedId>;
export const LessonId = opaqueId.brand('LessonId');
export type LessonId = z.infer<typeof LessonId>;
export const InvitationId = opaqueId.brand('InvitationId');
export type InvitationId = z.infer<typeof InvitationId>;
/** A room has its lesson's id: one lesson is live in at most one room. */
export const RoomId = opaqueId.brand('RoomId');
export type RoomId = z.infer<typeof RoomId>;
/** One seat of one lesson; outlives connections, reloads and restarts. */
export const SeatId = opaqueId.brand('SeatId');
export type SeatId = z.infer<typeof SeatId>;
export const TransportId = opaqueId.brand('TransportId');
export type TransportId = z.infer<typeof TransportId>;
export const ProducerId = opaqueId.brand('ProducerId');
export type ProducerId = z.infer<typeof ProducerId>;
export const ConsumerId = opaqueId.brand('ConsumerId');
export type ConsumerId = z.infer<typeof ConsumerId>;
export const RecordingId = opaqueId.brand('RecordingId');
export type RecordingId = z.infer<typeof RecordingId>;
/** A link that shows one recording to whoever holds it. */
export const RecordingLinkId = opaqueId.brand('RecordingLinkId');
export type RecordingLinkId = z.infer<typeof RecordingLinkId>;
/** One media stream of a recording: the same seat and source keep their track across epochs. */
export const TrackId = opaqueId.brand('TrackId');
export type TrackId = z.infer<typeof TrackId>;
/** Something said about an instant of a recording. */
export const RemarkId = opaqueId.brand('RemarkId');
export type RemarkId = z.infer<typeof RemarkId>;
/** What an inspector wrote about a lesson. */
export const InspectionNoteId = opaqueId.brand('InspectionNoteId');
export type InspectionNoteId = z.infer<typeof InspectionNoteId>;
/** A question to the class. */
export const PollId = opaqueId.brand('PollId');
export type PollId = z.infer<typeof PollId>;
/** A file of pages that a teacher shows in a lesson. */
export const CoursewareId = opaqueId.brand('CoursewareId');
export type CoursewareId = z.infer<typeof CoursewareId>;
/** One line that somebody has drawn; made by the page that draws it. */
export const StrokeId = opaqueId.brand('StrokeId');
export type StrokeId = z.infer<typeof StrokeId>;
/** One answering race (抢答). */
export const RaceId = opaqueId.brand('RaceId');
export type RaceId = z.infer<typeof RaceId>;
/** That somebody has reported a message or a person of a room. */
export const ReportId = opaqueId.brand('ReportId');
export type ReportId = z.infer<typeof ReportId>;
export const MessageId = opaqueId.brand('MessageId');
export type MessageId = z.infer<typeof MessageId>;
/** Made by the client once per user action; a repeated request with the same id has no second effect. */
export const RequestId = opaqueId.brand('RequestId');
export type RequestId = z.infer<typeof RequestId>;

/**
 * Fencing number of a room or recording: grows with each owner; whoever receives an order refuses a number lower
 * than the highest it has seen.
 */
export const Fence = z.int().nonnegative().brand('Fence');
export type Fence = z.infer<typeof Fence>;
