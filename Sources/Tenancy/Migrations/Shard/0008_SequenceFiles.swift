extension Migration {
    /// The files of a sequence, by lesson and by work: they go along when it is laid on a class.
    static let sequenceFiles = Migration(
        8, "SequenceFiles",
        """
        -- Identifiers of the sequence's own files (use `sequence`), in order. One that is gone is left out when the lesson is laid.
        alter table teaching_sequence_step
            add column files uuid[] not null default '{}',
            add column work_files uuid[] not null default '{}',
            add check (cardinality(files) <= 10 and cardinality(work_files) <= 10);
        """)
}
