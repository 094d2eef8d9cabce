import { libraryText } from '../../messages/library.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { SelectField } from '../../ui/field.tsx';
import { DATE_RANGES, parseRange, type FilterOptions, type LibraryFilter } from './library-query.ts';
import styles from './library-page.module.css';

export interface FilterPanelProps {
  readonly filter: LibraryFilter;
  readonly options: FilterOptions;
  readonly onChange: (change: Partial<LibraryFilter>) => void;
}

export const NO_FILTER = { schoolId: '', subject: '', grade: '', seriesId: '', range: 'all' } as const;

/** How many filters are set; the search is no filter. */
export const filterCount = ({ schoolId, subject, grade, seriesId, range }: LibraryFilter): number =>
  [schoolId !== '', subject !== '', grade !== '', seriesId !== '', range !== 'all'].filter(Boolean).length;

export function FilterPanel({ filter, options, onChange }: FilterPanelProps) {
  const t = useText(libraryText);
  return (
    <div className={styles.filters}>
      <SelectField
        label={t('school')}
        value={filter.schoolId}
        options={[{ value: '', label: t('allSchools') }, ...options.schools]}
        onChange={(schoolId) => onChange({ schoolId })}
      />
      <SelectField
        label={t('subject')}
        value={filter.subject}
        options={[{ value: '', label: t('allSubjects') }, ...options.subjects]}
        onChange={(subject) => onChange({ subject })}
      />
      {options.grades.length > 0 && (
        <SelectField
          label={t('grade')}
          value={filter.grade}
          options={[{ value: '', label: t('allGrades') }, ...options.grades]}
          onChange={(grade) => onChange({ grade })}
        />
      )}
      {options.series.length > 0 && (
        <SelectField
          label={t('series')}
          value={filter.seriesId}
          options={[{ value: '', label: t('allSeries') }, ...options.series]}
          onChange={(seriesId) => onChange({ seriesId })}
        />
      )}
      <SelectField
        label={t('date')}
        value={filter.range}
        options={DATE_RANGES.map((range) => ({ value: range, label: t(`date_${range}`) }))}
        onChange={(range) => onChange({ range: parseRange(range) })}
      />
      {filterCount(filter) > 0 && (
        <Button look="plain" onClick={() => onChange(NO_FILTER)}>
          {t('clearFilters')}
        </Button>
      )}
    </div>
  );
}
