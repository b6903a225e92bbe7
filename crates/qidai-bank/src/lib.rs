//! The concepts of a cord blood bank, one file each, and their store.
//!
//! Nothing here reads a clock or makes an id: time, actor and id source are arguments.

mod account;
mod acting;
mod affected;
mod audit;
mod bank_day;
mod bank_type;
mod blood_group;
mod chain;
mod checkpoint;
mod counts;
mod csv_line;
mod digest;
mod document;
mod dossier;
mod figure;
mod freeze;
mod frequency_set;
mod hgr;
mod identity;
mod key;
mod lab;
mod listing;
mod lockout;
mod notification;
pub mod outcome;
mod paper;
mod password;
mod permission;
mod person;
mod principal;
mod problem;
mod processing;
mod questionnaire;
mod random_source;
mod record;
mod refusal;
pub mod role;
mod search_run;
mod session;
mod sex;
mod signature;
mod site;
mod specification;
mod status;
mod storage;
mod store;
mod telemetry;
mod temperature;
mod test_outcome;
mod token;
mod totp;
mod typing;
mod unit;
pub mod workflow;
mod write_context;

/// Tests inside the crate share the banks of those outside, which know it by its name.
#[cfg(test)]
extern crate self as qidai_bank;

pub use account::{Account, AccountState, staff_number_problem};
pub use acting::{Acting, LATE_HOURS, LATE_MINUTES};
pub use affected::{Affected, AffectedUnit, SentTo};
pub use audit::{FINDINGS_MAX, Finding, Head, Progress, Stage, Verification};
pub use bank_type::BankType;
pub use blood_group::{Abo, RhD};
pub use checkpoint::{Checkpoint, CheckpointFile, CheckpointKey, CheckpointPublicKey};
pub use counts::{AmountError, Count, Counts, Measure, Phase, count_field, parse_count_field};
pub use digest::Difference;
pub use document::{
    Document, DocumentClass, DocumentState, FILE_NAME_CHARS_MAX, MediaType, NewDocument, OpenDocument,
    Preview, clean_file_name, extension_of,
};
pub use dossier::{Dossier, PastDeed, PastDocument, PastPlace, PastRecord, PastResult, PastUnit};
pub use figure::{
    FIGURES, Figure, FigureAnswer, Figures, LATE_ROWS_MAX, Late, LateChange, LateRow, Moment, OnRow, Part,
};
pub use freeze::FreezeRun;
pub use freeze::{
    CurvePoint, Evaluation as FreezeEvaluation, Finding as FreezeFinding, FreezeCurve, FreezeProfile,
    FreezeRule, Judgement, RuleUnit, evaluate as evaluate_freezing,
};
pub use frequency_set::{ChosenBy, NewFrequencySet, StoredFrequencySet};
pub use hgr::{Given, HgrCover};
pub use identity::{CheckRule, DIN_SCHEME, Din, Identity, IdentityError, OwnScheme, check_character};
pub use key::{KeyMissing, KeyRing, MasterKey, SealError};
pub use lab::{
    EnteredBy, Flag, LabFileRow, LabFileTaken, LabMessage, Meant, Measured, MessageOutcome, NewLabFile,
    NewLabMessage, NewQcControl, NewResult, Observation, ObservationStatus, PlacedRemark, ProficiencyAnswer,
    ProficiencyScore, QcControl, QcPoint, Qualifier, Remark, ResultSource, ResultState, Review, Reviewer,
    ScoreKind, Subject, TestDefinition, TestResult, UnitField, ValueKind, Verdict, WorklistFilter, deviation,
    discreet, specimen, test, test_named, tests, westgard,
};
pub use listing::ListedRecord;
pub use lockout::{FIRST_WAIT_SECONDS, FREE_FAILURES, LONGEST_WAIT_SECONDS};
pub use notification::{NewNotification, Notification, Recipient, UNREAD_DAYS};
pub use paper::{CnId, Grid, Mobile, Uscc};
pub use password::{PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN, PasswordError, PasswordHash, password_problem};
pub use permission::Permission;
pub use person::{DocumentKind, Person, PersonField, PersonKind, Purpose};
pub use principal::{Grant, Principal};
pub use problem::Problem;
pub use processing::{FORMULAS, Formula, formula};
pub use questionnaire::{Answer, Outcome, Question, RuleSet, answers, rule_set};
pub use random_source::{RandomSource, RandomUnavailable};
pub use record::{
    FieldChange, MoveOffer, NewRecord, Record, RecordAt, RecordDeed, RecordEvent, RecordFilter, RecordLine,
    RecordOrder, RunningClock,
};
pub use refusal::{BankError, Refusal};
pub use role::Role;
pub use search_run::{FamilyUnit, NewSearchRun, RequestTime, SearchQuestion, SearchRun};
pub use session::{ABSOLUTE_HOURS, API_TOKEN_DAYS, EMERGENCY_HOURS, IDLE_MINUTES, LINK_HOURS};
pub use sex::Sex;
pub use signature::{CERTIFICATION, CERTIFICATION_VERSION, CanonicalRecord, Coverage, Meaning, Signature};
pub use site::{Site, SiteKind};
pub use specification::{
    Again, Comparator, Decision, Evaluation, Exception, Fact, Facts, ParetoRow, Profile, Rule, RuleOutcome,
    RuleResult, Severity, UnitOutcome, pareto, profile, profiles,
};
pub use status::Status;
pub use storage::{
    Occupancy, Placed, Position, RackUse, Room, ScannedPosition, SlotView, Stored, StoredKind, Tank,
    TankClass, TankLimits, Wanted,
};
pub use store::OpenSession;
pub use store::{ANSWER_HOURS, Claimed, LimitTaken, RequestClaim};
pub use store::{
    Access, AccessLogCheck, AddOutcome, ApiToken, CHUNK_ROWS, ClockRan, CopyCheck, CopyState, Emergency,
    HeldState, Job, LAST_VERIFICATION, Marked, NewCredential, NewJob, OnProgress, OnTurn, PersonState, Proof,
    ReleaseInForce, SearchableChanges, SearchableKind, SearchableRow, SearchableThen, Session, SignIn,
    SignedIn, Signing, Store, StoreError, UnitCount, VerifyError, WriterTurn, check_copy, holds_password,
    without_password,
};
pub use store::{CountFinding, CountResult, Counted, Moved, StorageMove};
pub use store::{HistoryChange, HistoryEvent, PublicList, UnitFilter, UnitLine, UnitOrder};
pub use store::{NewFreezeRun, PatientOutcome, Printed, READINGS_MAX, RecheckTypings};
pub use store::{
    NewUnit, Scanned, TRACE_MAX, Trace, TraceLine, UnitAt, Way, identity_to_register, unit_guards,
};
pub use telemetry::{
    Alarm, AlarmKind, NewReading, ReadingsCheck, Sensor, StoredReading, Taken, is_sensor_code,
};
pub use temperature::{Reading, TraceJudged, Window, frozen_readings, judge, judge_between, readings};
pub use test_outcome::TestOutcome;
pub use token::Token;
pub use totp::{CodeCheck, TOTP_SECRET_BYTES, TotpSecret};
pub use typing::Typing;
pub use unit::UnitRecord;
pub use write_context::{Actor, IdSource, WriteContext};
