//! An entry of an external list as named texts, see [`crate::UnitRecord::fields`].

use super::ListedRecord;
use crate::unit::Fields;

impl ListedRecord {
    /// Every known field with its text, in a fixed order.
    pub fn fields(&self) -> Vec<(String, String)> {
        let mut fields = Fields::default();
        fields.put("id", Some(&self.id));
        fields.put_typing("hla", &self.typing);
        fields.put("collection_date", self.collection_date);
        fields.put("birth_date", self.birth_date);
        fields.put("sex", self.sex.map(|sex| sex.code()));
        fields.put("abo", self.abo.map(|abo| abo.code()));
        fields.put("rhd", self.rhd.map(|rhd| rhd.code()));
        fields.put_counts(&self.counts);
        if let Some(typing) = &self.mother_typing {
            fields.put_typing("mother_hla", typing);
        }
        fields.0
    }
}
