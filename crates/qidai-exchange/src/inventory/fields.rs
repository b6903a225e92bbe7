//! Elements of a record and the values that each may have.

/// What a value must be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// At most so many characters.
    Text(usize),
    /// `YYYY-MM-DD`, without a zone.
    Date,
    /// One of these.
    Codes(&'static [&'static str]),
    /// A count in scientific notation of at most seven characters, from 0 to this.
    Count(f64),
    /// With at most one decimal, from the first to the second.
    Tenths(f64, f64),
    /// A whole number from the first to the second.
    Whole(u32, u32),
    /// Alleles of this locus as its names are written without it: `02:01`, `02:01/02:06`, `02:XX`, `15:01:01G`.
    Dna(&'static str),
    /// The number of an antigen: `2`, `62`, `5102`.
    Serology,
    /// A donor's global identifier.
    Grid,
}

/// An element by its path below the record.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Field {
    pub path: &'static str,
    pub rule: Rule,
    /// A record without it is refused.
    pub mandatory: bool,
}

const fn field(path: &'static str, rule: Rule) -> Field {
    Field { path, rule, mandatory: false }
}

const fn needed(path: &'static str, rule: Rule) -> Field {
    Field { path, rule, mandatory: true }
}

const YES_NO: Rule = Rule::Codes(&["Y", "N"]);
const MARKER: Rule = Rule::Codes(&["P", "N"]);
/// N both negative, G IgG only, M IgM only, B both, P positive, H IgG positive without IgM done, O IgG negative
/// without IgM done, Q unclear.
const IMMUNITY: Rule = Rule::Codes(&["N", "G", "M", "B", "P", "H", "O", "Q"]);
const CULTURE: Rule = Rule::Codes(&["P", "N", "D"]);
const ETHNICITIES: Rule = Rule::Codes(&[
    "AFNA", "AFSS", "ASSW", "ASSO", "ASCE", "ASSE", "ASNE", "ASOC", "CAEU", "CAER", "CANA", "CAAU", "HICA",
    "HISA", "AF", "AS", "CA", "HI", "MX", "OT", "UK",
]);

/// Every element that is written or read, in the order in which it stands in a record.
pub const FIELDS: &[Field] = &[
    field("ID", Rule::Text(25)),
    field("GRID", Rule::Grid),
    field("LOCAL_ID", Rule::Text(25)),
    field("BAG_ID", Rule::Text(25)),
    field("BANK_MANUF_ID", Rule::Text(10)),
    field("BANK_DISTRIB_ID", Rule::Text(10)),
    field("ATTR", Rule::Text(3)),
    field("BIRTH_DATE", Rule::Date),
    field("SEX", Rule::Codes(&["F", "M"])),
    field("ETHN", ETHNICITIES),
    field("ABO", Rule::Codes(&["A", "B", "O", "AB"])),
    field("RHESUS", Rule::Codes(&["P", "N"])),
    field("CCR5", Rule::Codes(&["DD", "DW", "WW"])),
    field("HLA/A/SER/FIELD1", Rule::Serology),
    field("HLA/A/SER/FIELD2", Rule::Serology),
    field("HLA/A/DNA/FIELD1", Rule::Dna("A")),
    field("HLA/A/DNA/FIELD2", Rule::Dna("A")),
    field("HLA/B/SER/FIELD1", Rule::Serology),
    field("HLA/B/SER/FIELD2", Rule::Serology),
    field("HLA/B/DNA/FIELD1", Rule::Dna("B")),
    field("HLA/B/DNA/FIELD2", Rule::Dna("B")),
    field("HLA/C/SER/FIELD1", Rule::Serology),
    field("HLA/C/SER/FIELD2", Rule::Serology),
    field("HLA/C/DNA/FIELD1", Rule::Dna("C")),
    field("HLA/C/DNA/FIELD2", Rule::Dna("C")),
    field("HLA/DRB1/SER/FIELD1", Rule::Serology),
    field("HLA/DRB1/SER/FIELD2", Rule::Serology),
    field("HLA/DRB1/DNA/FIELD1", Rule::Dna("DRB1")),
    field("HLA/DRB1/DNA/FIELD2", Rule::Dna("DRB1")),
    field("HLA/DRB3/DNA/FIELD1", Rule::Dna("DRB3")),
    field("HLA/DRB3/DNA/FIELD2", Rule::Dna("DRB3")),
    field("HLA/DRB4/DNA/FIELD1", Rule::Dna("DRB4")),
    field("HLA/DRB4/DNA/FIELD2", Rule::Dna("DRB4")),
    field("HLA/DRB5/DNA/FIELD1", Rule::Dna("DRB5")),
    field("HLA/DRB5/DNA/FIELD2", Rule::Dna("DRB5")),
    field("HLA/DQA1/DNA/FIELD1", Rule::Dna("DQA1")),
    field("HLA/DQA1/DNA/FIELD2", Rule::Dna("DQA1")),
    field("HLA/DQB1/SER/FIELD1", Rule::Serology),
    field("HLA/DQB1/SER/FIELD2", Rule::Serology),
    field("HLA/DQB1/DNA/FIELD1", Rule::Dna("DQB1")),
    field("HLA/DQB1/DNA/FIELD2", Rule::Dna("DQB1")),
    field("HLA/DPA1/DNA/FIELD1", Rule::Dna("DPA1")),
    field("HLA/DPA1/DNA/FIELD2", Rule::Dna("DPA1")),
    field("HLA/DPB1/DNA/FIELD1", Rule::Dna("DPB1")),
    field("HLA/DPB1/DNA/FIELD2", Rule::Dna("DPB1")),
    field("IDM/CMV", IMMUNITY),
    field("IDM/EBV", IMMUNITY),
    field("IDM/TOXO", IMMUNITY),
    field("IDM/ANTI_CMV", IMMUNITY),
    field("IDM/CMV_NAT", MARKER),
    field("IDM/HBS_AG", MARKER),
    field("IDM/ANTI_HBC", MARKER),
    field("IDM/ANTI_HBS", MARKER),
    field("IDM/HBV_NAT", MARKER),
    field("IDM/ANTI_HCV", MARKER),
    field("IDM/HCV_NAT", MARKER),
    field("IDM/ANTI_HIV_12", MARKER),
    field("IDM/HIV_1_NAT", MARKER),
    field("IDM/HIV_P24", MARKER),
    field("IDM/ANTI_HTLV", MARKER),
    field("IDM/SYPHILIS", MARKER),
    field("IDM/WNV", MARKER),
    field("IDM/CHAGAS", MARKER),
    needed("STATUS", Rule::Codes(&["AV", "TU", "RS", "DE"])),
    field("STAT_END_DATE", Rule::Date),
    field("STAT_REASON", Rule::Codes(&["NS", "QR", "AD", "DS", "CD", "MR", "XP", "OT"])),
    field("RSV_PAT", Rule::Text(17)),
    field("COLL_DATE", Rule::Date),
    field("PROC_DATE", Rule::Date),
    field("PROC_METH", Rule::Codes(&["HES", "DGS", "CEN", "FIL", "FIC", "PER", "OTH"])),
    field("PROC_METH_TYPE", Rule::Codes(&["MAN", "SPX", "OTP", "AXP", "OTH"])),
    field("PROD_MOD", Rule::Codes(&["BCE", "DNE", "PLR", "PRR", "RBR", "NOT", "OTH"])),
    field("FREEZE_DATE", Rule::Date),
    field("FREEZE_METH", Rule::Codes(&["C", "M"])),
    field("BAG_TYPE", Rule::Codes(&["80/20", "50/50", "40/60", "NS"])),
    field("BAGS", Rule::Whole(1, 99)),
    field("VOL", Rule::Tenths(10.0, 999.9)),
    field("VOL_FRZN", Rule::Tenths(10.0, 999.9)),
    field("TNC", Rule::Count(999.9e7)),
    field("TNC_FRZN", Rule::Count(999.9e7)),
    field("RED_BC_FRZN", Rule::Count(999.9e7)),
    field("MNC_FRZN", Rule::Count(999.9e7)),
    field("CD34PC", Rule::Count(999.9e6)),
    field("CD34PC_FRZN", Rule::Count(999.9e6)),
    field("CFU_FRZN", Rule::Count(999.9e5)),
    field("VIABILITY", Rule::Whole(0, 100)),
    field("VIABILITY_DATE", Rule::Date),
    field("VIABILITY_CELLS", Rule::Codes(&["TNC", "CD34", "CD45"])),
    field("VIABILITY_METHOD", Rule::Codes(&["7A", "PI", "TB", "OT"])),
    field("BACT_CULT", CULTURE),
    field("FUNG_CULT", CULTURE),
    field("HEMO_STATUS", Rule::Codes(&["DN", "DU", "NS", "CD", "NC", "DT", "DD"])),
    field("ATT_SEG", Rule::Whole(0, 99)),
    field("DNA_SMPL", YES_NO),
    field("OTH_SMPL", YES_NO),
    field("CT_COMPLETE_DATE", Rule::Date),
    field("CT_SMPL_TYPE", Rule::Codes(&["AS", "WB", "RC", "FP", "ED"])),
    field("AL_RED_BC", Rule::Whole(0, 99)),
    field("AL_SER", Rule::Whole(0, 99)),
    field("SER_QUANT", Rule::Tenths(0.0, 99.9)),
    field("AL_PLA", Rule::Whole(0, 99)),
    field("PLA_QUANT", Rule::Tenths(0.0, 99.9)),
];

/// The field of a path.
pub(super) fn find(path: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.path == path)
}
