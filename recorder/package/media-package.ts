import { escapeMarkup } from '../../signaling/protocol/markup.ts';

/**
 * The texts of an Opencast media package: the manifest (namespace `http://mediapackage.opencastproject.org`), the episode's Dublin Core catalogue and its
 * XACML policy, as Opencast's ingest takes them from a zip. Pure.
 */
const MEDIA_PACKAGE = 'http://mediapackage.opencastproject.org';
const DUBLIN_CORE = 'http://www.opencastproject.org/xsd/1.0/dublincore/';
const STRING = 'http://www.w3.org/2001/XMLSchema#string';
const STRING_EQUAL = 'urn:oasis:names:tc:xacml:1.0:function:string-equal';

/** What is known of the lesson. */
export interface PackageFacts {
  /** Of the package: a UUID, which Opencast makes the event's. */
  readonly packageId: string;
  readonly title: string;
  readonly lecturerName: string;
  readonly schoolName: string;
  readonly subject: string | null;
  readonly startedAtMs: number;
  readonly durationMs: number;
}

/** A file of the package. */
export interface PackagedFile {
  readonly name: string;
  readonly flavour: string;
  readonly mimeType: string;
  readonly tags: readonly string[];
  readonly bytes: number;
  readonly md5: string;
}

/** A file that plays. */
export interface PackagedTrack extends PackagedFile {
  readonly durationMs: number;
  readonly video?: { readonly codec: string; readonly width: number; readonly height: number } | undefined;
  readonly hasSound: boolean;
}

export interface PackageContents {
  readonly tracks: readonly PackagedTrack[];
  readonly catalogues: readonly PackagedFile[];
  readonly attachments: readonly PackagedFile[];
}

type Xml = string;

function escaped(text: string): string {
  const plain = escapeMarkup(text).replaceAll('"', '&quot;');
  // XML 1.0 has no way at all to write other control characters.
  return Array.from(plain)
    .filter((letter) => letter >= ' ' || letter === '\t' || letter === '\n')
    .join('');
}

function element(name: string, attributes: Readonly<Record<string, string>>, ...content: readonly Xml[]): Xml {
  const given = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`);
  return content.length === 0
    ? `<${name}${given.join('')}/>`
    : `<${name}${given.join('')}>${content.join('')}</${name}>`;
}

const text = (name: string, content: string, attributes: Readonly<Record<string, string>> = {}): Xml =>
  element(name, attributes, escaped(content));

const document = (root: Xml): string => `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n${root}\n`;

const instant = (ms: number): string => new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');

export function manifestXml(facts: PackageFacts, { tracks, catalogues, attachments }: PackageContents): string {
  const { packageId: id, startedAtMs, durationMs, title, lecturerName } = facts;
  const common = (file: PackagedFile): readonly Xml[] => [
    text('mimetype', file.mimeType),
    element('tags', {}, ...file.tags.map((tag) => text('tag', tag))),
    text('url', file.name),
    text('checksum', file.md5, { type: 'md5' }),
    text('size', String(file.bytes)),
  ];
  const idOf = (file: PackagedFile): string => file.name.replace(/\.\w+$/, '');
  const listed = (kind: string, files: readonly PackagedFile[]): readonly Xml[] =>
    files.map((file) => element(kind, { id: idOf(file), type: file.flavour }, ...common(file)));
  return document(
    element(
      'mediapackage',
      { xmlns: MEDIA_PACKAGE, id, start: instant(startedAtMs), duration: String(durationMs) },
      text('title', title),
      element('creators', {}, text('creator', lecturerName)),
      element('media', {}, ...tracks.map((track) => trackXml(track, idOf(track), common(track)))),
      element('metadata', {}, ...listed('catalog', catalogues)),
      element('attachments', {}, ...listed('attachment', attachments)),
      element('publications', {}),
    ),
  );
}

function trackXml(track: PackagedTrack, id: string, common: readonly Xml[]): Xml {
  const { video, hasSound } = track;
  const sound = element(
    'audio',
    { id: 'audio-1' },
    element('device', {}),
    element('encoder', { type: 'AAC' }),
    text('channels', '2'),
  );
  const picture = ({ codec, width, height }: NonNullable<PackagedTrack['video']>): Xml =>
    element(
      'video',
      { id: 'video-1' },
      element('device', {}),
      element('encoder', { type: codec }),
      text('resolution', `${width}x${height}`),
      element('scantype', { type: 'Progressive' }),
    );
  return element(
    'track',
    { id, type: track.flavour },
    ...common,
    text('duration', String(track.durationMs)),
    ...(hasSound ? [sound] : []),
    ...(video === undefined ? [] : [picture(video)]),
  );
}

/** The `dublincore/episode` catalogue. */
export function dublinCoreXml(facts: PackageFacts): string {
  const { packageId, title, lecturerName, schoolName, subject, startedAtMs, durationMs } = facts;
  const start = instant(startedAtMs);
  const period = `start=${start}; end=${instant(startedAtMs + durationMs)}; scheme=W3C-DTF;`;
  const namespaces = {
    xmlns: DUBLIN_CORE,
    'xmlns:dcterms': 'http://purl.org/dc/terms/',
    'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
  };
  return document(
    element(
      'dublincore',
      namespaces,
      text('dcterms:identifier', packageId),
      text('dcterms:title', title),
      text('dcterms:creator', lecturerName),
      text('dcterms:publisher', schoolName),
      ...(subject === null ? [] : [text('dcterms:subject', subject)]),
      text('dcterms:language', 'zho'),
      text('dcterms:created', start, { 'xsi:type': 'dcterms:W3CDTF' }),
      text('dcterms:temporal', period, { 'xsi:type': 'dcterms:Period' }),
      text('dcterms:extent', `PT${(durationMs / 1000).toFixed(3)}S`, { 'xsi:type': 'dcterms:ISO8601' }),
    ),
  );
}

/** The `security/xacml+episode` policy: administrators alone, until somebody there decides otherwise. Whom a lesson is for here means nothing elsewhere. */
export function policyXml(packageId: string): string {
  const value = (content: string): Xml => text('AttributeValue', content, { DataType: STRING });
  const resource = element(
    'ResourceMatch',
    { MatchId: STRING_EQUAL },
    value(packageId),
    element('ResourceAttributeDesignator', {
      AttributeId: 'urn:oasis:names:tc:xacml:1.0:resource:resource-id',
      DataType: STRING,
    }),
  );
  const action = (name: string): Xml =>
    element(
      'ActionMatch',
      { MatchId: STRING_EQUAL },
      value(name),
      element('ActionAttributeDesignator', {
        AttributeId: 'urn:oasis:names:tc:xacml:1.0:action:action-id',
        DataType: STRING,
      }),
    );
  const role = element(
    'Apply',
    { FunctionId: 'urn:oasis:names:tc:xacml:1.0:function:string-is-in' },
    value('ROLE_ADMIN'),
    element('SubjectAttributeDesignator', {
      AttributeId: 'urn:oasis:names:tc:xacml:2.0:subject:role',
      DataType: STRING,
    }),
  );
  const permit = (name: string): Xml =>
    element(
      'Rule',
      { RuleId: `ROLE_ADMIN_${name}_Permit`, Effect: 'Permit' },
      element('Target', {}, element('Actions', {}, element('Action', {}, action(name)))),
      element('Condition', {}, role),
    );
  return document(
    element(
      'Policy',
      {
        PolicyId: packageId,
        Version: '2.0',
        RuleCombiningAlgId: 'urn:oasis:names:tc:xacml:1.0:rule-combining-algorithm:permit-overrides',
        xmlns: 'urn:oasis:names:tc:xacml:2.0:policy:schema:os',
      },
      element('Target', {}, element('Resources', {}, element('Resource', {}, resource))),
      permit('read'),
      permit('write'),
      element('Rule', { RuleId: 'DenyRule', Effect: 'Deny' }),
    ),
  );
}
