//! Searches run from requests at a moment. Their rows are only added, so what is known is what was recorded until then.

use sea_orm::Value;

use crate::csv_line::Hashed;
use crate::figure::{Figure, FigureAnswer, Late, LateChange, Moment, OnRow};
use crate::store::database::Reader;
use crate::store::row::RowReader;
use crate::store::{StoreError, hgr};

/// One search as its row, and whether it was recorded after the day.
pub(super) struct SearchLine {
    cells: Vec<String>,
    is_late: bool,
}

/// All searches that were run before the day ended, by request and number, byte for byte: sorted here,
/// because databases differ in it.
pub(super) async fn read_all(reader: Reader<'_>, moment: &Moment) -> Result<Vec<SearchLine>, StoreError> {
    let sql = "SELECT s.request, s.serial, s.requester, s.is_foreign, s.generation, \
         s.digest, h.recorded_at_us FROM search_run s JOIN history h ON h.sequence = s.recorded_in \
         WHERE s.recorded_in <= $1 AND h.effective_at_us < $2";
    let known_at = i64::try_from(moment.known_at).unwrap_or(i64::MAX);
    let ends_at = moment.ends_at.as_microsecond();
    let mut found = Vec::new();
    for row in reader.all(sql, [known_at, ends_at].map(Value::from)).await? {
        let mut row = RowReader::new("search_run", &row);
        let (request, serial, requester) = (row.text()?, row.key()?, row.text()?);
        let origin = hgr::origin(row.flag()?.unwrap_or(true));
        let (generation, digest, recorded) = (row.key()?, row.text()?, row.key()?);
        let cells =
            vec![request, serial.to_string(), requester, origin.to_owned(), generation.to_string(), digest];
        found.push(SearchLine { cells, is_late: recorded >= ends_at });
    }
    found.sort_by(|a, b| a.cells[..2].cmp(&b.cells[..2]));
    Ok(found)
}

/// Counts them.
pub(super) fn answer(
    figure: &Figure,
    lines: &[SearchLine],
    is_pinned: bool,
    mut each: Option<&mut OnRow<'_>>,
) -> FigureAnswer {
    let mut hashed = Hashed::new(figure.columns());
    let mut late = Late::default();
    for line in lines {
        hashed.add(&line.cells);
        let change = (line.is_late && !is_pinned).then_some(LateChange::Added);
        if let Some(change) = change {
            late.add(change, || line.cells.clone());
        }
        if let Some(each) = each.as_mut() {
            each(change, &line.cells);
        }
    }
    let rows = lines.len() as u64;
    late.value_without = Some(i64::try_from(rows - late.added).unwrap_or(i64::MAX));
    FigureAnswer {
        number: figure.number,
        query: figure.query,
        version: figure.version,
        value: Some(i64::try_from(rows).unwrap_or(i64::MAX)),
        missing: None,
        parts: Vec::new(),
        beside: Vec::new(),
        rows,
        hash: hashed.end(),
        late: if is_pinned { None } else { Some(late) },
    }
}
