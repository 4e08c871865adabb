//! The exit codes: a stable registry that scripts may rely on. Numbers are never given a new meaning.

/// How the program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum ExitCode {
    /// All was done.
    Success = 0,
    /// A defect of the program, or what nobody foresaw.
    Defect = 1,
    /// The command line was not understood.
    Usage = 2,
    /// Rules, a URI or the environment are not usable.
    Configuration = 3,
    /// Another run holds the journal or the destination.
    Held = 4,
    /// The token is not accepted, or the API refuses something. A run that left something out for that ends so too.
    Access = 5,
    /// The API could not be reached, failed, or answered something else.
    Api = 6,
    /// The destination could not be used.
    Destination = 7,
    /// Tables and workspace differ: something is missing or wrong. A run that was not shown everything ends so, too.
    Verification = 8,
    /// The journal could not be used.
    Journal = 9,
    /// A file with documents could not be used.
    Input = 10,
    /// Somebody stopped the program.
    Interrupted = 130,
}

impl ExitCode {
    /// All codes, by number.
    pub(crate) const ALL: [ExitCode; 12] = [
        ExitCode::Success,
        ExitCode::Defect,
        ExitCode::Usage,
        ExitCode::Configuration,
        ExitCode::Held,
        ExitCode::Access,
        ExitCode::Api,
        ExitCode::Destination,
        ExitCode::Verification,
        ExitCode::Journal,
        ExitCode::Input,
        ExitCode::Interrupted,
    ];

    /// The number the process ends with.
    pub(crate) fn number(self) -> u8 {
        self as u8
    }

    /// What it means, for people.
    pub(crate) fn meaning(self) -> &'static str {
        match self {
            ExitCode::Success => "all was done",
            ExitCode::Defect => "a defect of the program, or something unforeseen",
            ExitCode::Usage => "the command line was not understood",
            ExitCode::Configuration => {
                "a rule file, a URI, a table's name, a key or the environment cannot be used"
            }
            ExitCode::Held => "another run holds the journal or the destination",
            ExitCode::Access => "the token is not accepted, or the API refuses some of it; all else was done",
            ExitCode::Api => "the API cannot be reached, fails, or answers something else",
            ExitCode::Destination => "the destination cannot be opened or written, or is not ours",
            ExitCode::Verification => {
                "something is missing or wrong in the tables, as `verify` or a run found"
            }
            ExitCode::Journal => "the journal cannot be used",
            ExitCode::Input => "a file to load cannot be read, is not JSON, or has no usable document",
            ExitCode::Interrupted => "stopped by Ctrl-C or a signal; the next run goes on",
        }
    }

    /// The one of two that says more about why nothing works: a cause rather than what follows from it.
    pub(crate) fn worse(self, other: ExitCode) -> ExitCode {
        let rank = |code: ExitCode| match code {
            ExitCode::Success => 0,
            ExitCode::Verification => 1,
            ExitCode::Input => 2,
            ExitCode::Held => 3,
            ExitCode::Journal => 4,
            ExitCode::Destination => 5,
            ExitCode::Api => 6,
            ExitCode::Access => 7,
            ExitCode::Configuration => 8,
            ExitCode::Usage => 9,
            ExitCode::Interrupted => 10,
            ExitCode::Defect => 11,
        };
        if rank(other) > rank(self) { other } else { self }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        std::process::ExitCode::from(code.number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_unique_and_in_order() {
        assert!(ExitCode::ALL.windows(2).all(|pair| pair[0].number() < pair[1].number()));
    }

    #[test]
    fn a_cause_counts_more_than_what_follows_from_it() {
        for (left, right, expected) in [
            (ExitCode::Success, ExitCode::Held, ExitCode::Held),
            (ExitCode::Configuration, ExitCode::Api, ExitCode::Configuration),
            (ExitCode::Destination, ExitCode::Access, ExitCode::Access),
        ] {
            assert_eq!(left.worse(right), expected);
            assert_eq!(right.worse(left), expected);
        }
    }
}
