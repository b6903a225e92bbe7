//! What became of watched searches, told by the program itself.

use super::create::raise;
use crate::store::Store;
use crate::{Acting, BankError, NewRecord, WriteContext};

impl Store {
    /// Raises records of the program's own accord, all in one transaction. Their concept holds no personal fields; whoever acts is the program.
    ///
    /// # Errors
    /// The problems of the fields, and outages.
    pub async fn raise_records(&self, all: &[NewRecord], acting: &Acting<'_>) -> Result<(), BankError> {
        if all.is_empty() {
            return Ok(());
        }
        let context = WriteContext::new(acting.now, acting.principal.as_actor(), acting.ids);
        let write = self.database.begin().await?;
        for new in all {
            raise(&write, new, &context, acting).await?;
        }
        write.commit().await?;
        Ok(())
    }
}
