//! A unit's record as named texts: what a digest covers, and what two records differ in.

use super::UnitRecord;
use crate::counts::count_field;
use crate::{Measure, Typing};

impl UnitRecord {
    /// Every known field with its text as files write it, in a fixed order. What is not known is
    /// absent, so a field that a later version adds does not change records without it.
    pub fn fields(&self) -> Vec<(String, String)> {
        let mut fields = Fields::default();
        fields.put("scheme", Some(&self.identity.scheme));
        fields.put("identity", Some(&self.identity.value));
        fields.put("bank_type", Some(self.bank_type.code()));
        fields.put("status", Some(self.status.code()));
        fields.put("collection_date", self.collection_date);
        fields.put("birth_date", self.birth_date);
        fields.put("expiry_date", self.expiry_date);
        fields.put("sex", self.sex.map(|sex| sex.code()));
        fields.put("abo", self.abo.map(|abo| abo.code()));
        fields.put("rhd", self.rhd.map(|rhd| rhd.code()));
        fields.put_counts(&self.counts);
        fields.put("cryovolume_ml", self.cryovolume_ul.map(|ul| Measure::Volume.format_amount(ul)));
        fields.put("rbc_depleted", self.rbc_depleted);
        fields.put("processing_method", self.processing_method.as_ref());
        fields.put("attached_segments", self.attached_segments);
        fields.put("identity_confirmed", self.identity_confirmed);
        fields.put("fact_accredited", self.fact_accredited);
        fields.put("aabb_accredited", self.aabb_accredited);
        fields.put("wmda_qualified", self.wmda_qualified);
        fields.put("idm", self.idm.map(|outcome| outcome.code()));
        fields.put("cmv", self.cmv.map(|outcome| outcome.code()));
        fields.put("haemoglobinopathy", self.haemoglobinopathy.map(|outcome| outcome.code()));
        fields.put("microbial_growth", self.microbial_growth.map(|outcome| outcome.code()));
        fields.put_typings("hla", &self.typings);
        fields.put_typings("mother_hla", &self.mother_typings);
        fields.0
    }
}

/// Collects the fields that are known.
#[derive(Default)]
pub(crate) struct Fields(pub(crate) Vec<(String, String)>);

impl Fields {
    pub(crate) fn put(&mut self, name: &str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.0.push((name.to_owned(), value.to_string()));
        }
    }

    pub(crate) fn put_counts(&mut self, counts: &crate::Counts) {
        for count in counts.iter() {
            let text = count.measure.format_amount(count.amount);
            self.0.push((count_field(count.phase, count.measure), text));
        }
    }

    /// The typing in force has the plain names; earlier ones are numbered from the oldest.
    pub(crate) fn put_typings(&mut self, name: &str, typings: &[Typing]) {
        for (at, typing) in typings.iter().enumerate() {
            if at + 1 == typings.len() {
                self.put_typing(name, typing);
            } else {
                self.put_typing(&format!("{name}_earlier_{}", at + 1), typing);
            }
        }
    }

    pub(crate) fn put_typing(&mut self, name: &str, typing: &Typing) {
        self.put(name, Some(&typing.written));
        self.put(&format!("{name}_method"), typing.method.as_ref());
        self.put(&format!("{name}_release"), typing.release.as_ref());
        self.put(&format!("{name}_typed_on"), typing.typed_on);
    }
}
