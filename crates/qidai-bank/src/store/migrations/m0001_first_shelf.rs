//! Units, their typings, external lists, settings and the history.

use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

use super::run;

pub(super) struct FirstShelf;

impl MigrationName for FirstShelf {
    fn name(&self) -> &'static str {
        "m0001_first_shelf"
    }
}

/// Columns of counts as they were when this migration was written: 4 phases × 9 measures.
fn count_columns() -> String {
    let mut columns = String::new();
    for phase in ["collected", "processed", "frozen", "post_thaw"] {
        for measure in [
            "tnc_total",
            "cd34_total",
            "cfu_gm_total",
            "mnc_total",
            "nrbc_total",
            "viability_centipercent",
            "cd34_viability_centipercent",
            "cd45_viability_centipercent",
            "volume_ul",
        ] {
            columns.push_str(&format!("{phase}_{measure} BIGINT, "));
        }
    }
    columns
}

const COUNTERS: &str = "CREATE TABLE counter (name TEXT PRIMARY KEY, value BIGINT NOT NULL)";
const FIRST_NUMBERS: &str =
    "INSERT INTO counter (name, value) VALUES ('history', 0), ('unit', 0), ('listed', 0), ('list', 0)";

const HISTORY: &str = "CREATE TABLE history (
    sequence {key},
    event_id TEXT NOT NULL UNIQUE,
    recorded_at_us BIGINT NOT NULL,
    actor TEXT NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL
)";

const SETTING: &str = "CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    changed_in BIGINT NOT NULL REFERENCES history (sequence)
)";

/// The identity stands first in its index: a planner without statistics, as after a first import,
/// would otherwise read all rows of the scheme.
fn unit() -> String {
    format!(
        "CREATE TABLE unit (
            unit_key {{key}},
            scheme TEXT NOT NULL,
            identity TEXT NOT NULL,
            bank_type TEXT NOT NULL,
            status TEXT NOT NULL,
            collection_date TEXT,
            birth_date TEXT,
            expiry_date TEXT,
            sex TEXT,
            abo TEXT,
            rhd TEXT,
            {}
            cryovolume_ul BIGINT,
            rbc_depleted BOOLEAN,
            processing_method TEXT,
            attached_segments BIGINT,
            identity_confirmed BOOLEAN,
            fact_accredited BOOLEAN,
            aabb_accredited BOOLEAN,
            wmda_qualified BOOLEAN,
            idm TEXT,
            cmv TEXT,
            haemoglobinopathy TEXT,
            microbial_growth TEXT,
            record_digest {{bytes}} NOT NULL,
            recorded_in BIGINT NOT NULL REFERENCES history (sequence),
            UNIQUE (identity, scheme)
        )",
        count_columns()
    )
}

const TYPING: &str = "CREATE TABLE typing (
    unit_key BIGINT NOT NULL REFERENCES unit (unit_key),
    subject TEXT NOT NULL CHECK (subject IN ('unit', 'mother')),
    ordinal BIGINT NOT NULL,
    in_force BOOLEAN NOT NULL,
    written TEXT NOT NULL,
    method TEXT,
    release TEXT,
    typed_on TEXT,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence),
    PRIMARY KEY (unit_key, subject, ordinal)
) {clustered}";

const EXTERNAL_LIST: &str = "CREATE TABLE external_list (
    list_key {key},
    name TEXT NOT NULL UNIQUE,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence)
)";

fn listed() -> String {
    format!(
        "CREATE TABLE listed (
            listed_key {{key}},
            list_key BIGINT NOT NULL REFERENCES external_list (list_key),
            id TEXT NOT NULL,
            hla_written TEXT NOT NULL,
            hla_method TEXT,
            hla_release TEXT,
            hla_typed_on TEXT,
            collection_date TEXT,
            birth_date TEXT,
            sex TEXT,
            abo TEXT,
            rhd TEXT,
            {}
            mother_hla_written TEXT,
            mother_hla_method TEXT,
            mother_hla_release TEXT,
            mother_hla_typed_on TEXT,
            record_digest {{bytes}} NOT NULL,
            recorded_in BIGINT NOT NULL REFERENCES history (sequence),
            UNIQUE (id, list_key)
        )",
        count_columns()
    )
}

#[expect(elided_lifetimes_in_paths, reason = "async_trait needs the trait's own signature")]
#[async_trait::async_trait]
impl MigrationTrait for FirstShelf {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statements = [
            COUNTERS.to_owned(),
            FIRST_NUMBERS.to_owned(),
            HISTORY.to_owned(),
            SETTING.to_owned(),
            unit(),
            TYPING.to_owned(),
            EXTERNAL_LIST.to_owned(),
            listed(),
        ];
        run(manager, &statements).await
    }
}
