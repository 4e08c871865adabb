//! `_relatable_checkpoint`: one row that says what the tables hold and who may write.

use super::{FORMAT, FORMAT_MAX, Ledger, optional, required};
use crate::catalogue::Catalogue;
use crate::error::DestinationError;
use crate::package::Checkpoint;
use crate::session::{Cell, Place, Session, Step};
use relatable_model::logical::LogicalType;

/// The layout.
pub(crate) const LEDGER: Ledger = Ledger {
    name: "_relatable_checkpoint",
    columns: &[
        required("format", LogicalType::Integer),
        required("workspace", LogicalType::Text),
        required("journal", LogicalType::Text),
        required("seq", LogicalType::Integer),
        required("low_water", LogicalType::Json),
        required("fence", LogicalType::Text),
        optional("loaded_at", LogicalType::Timestamp),
    ],
    key: &["format"],
};

/// The row as stored.
pub(crate) struct StoredCheckpoint {
    /// The position.
    pub(crate) checkpoint: Checkpoint,
    /// The token of the handle that may write.
    pub(crate) fence: String,
    /// The moment of the last load, microseconds since the epoch.
    pub(crate) loaded_at_us: Option<i64>,
}

/// The stored row, or `None` where nothing was ever claimed.
pub(crate) fn read(session: &impl Session) -> Result<Option<StoredCheckpoint>, DestinationError> {
    if !Catalogue::holds(session, LEDGER.name)? {
        return Ok(None);
    }
    let step = Step("read", LEDGER.name);
    // The format comes first and alone: of a newer one, nothing else may be taken for granted.
    let formats = session.rows(
        step,
        &format!("SELECT {} FROM {}", session.dialect().quote("format"), LEDGER.name),
        &[],
    )?;
    let Some(stored) = formats.first().map(|row| row[0].integer()) else { return Ok(None) };
    if stored > FORMAT_MAX {
        return Err(DestinationError::NewerFormat {
            destination: session.describe().to_owned(),
            stored,
            known: FORMAT_MAX,
        });
    }
    let sql = format!("SELECT workspace, journal, seq, low_water, fence, loaded_at FROM {}", LEDGER.name);
    let rows = session.rows(step, &sql, &[])?;
    let Some(row) = rows.first() else { return Ok(None) };
    let low_water = serde_json::from_str(&row[3].text())
        .map_err(|cause| DestinationError::Statement { step: step.to_string(), cause: cause.into() })?;
    Ok(Some(StoredCheckpoint {
        checkpoint: Checkpoint {
            workspace: row[0].text(),
            journal: row[1].text(),
            seq: row[2].integer(),
            low_water,
        },
        fence: row[4].text(),
        loaded_at_us: session.dialect().instant_us(&row[5]),
    }))
}

/// Refuses a checkpoint of another workspace.
pub(crate) fn check_workspace(
    session: &impl Session,
    stored: &Checkpoint,
    asked: &str,
) -> Result<(), DestinationError> {
    if stored.workspace == asked {
        return Ok(());
    }
    Err(DestinationError::OtherWorkspace {
        destination: session.describe().to_owned(),
        stored: stored.workspace.clone(),
        asked: asked.to_owned(),
    })
}

/// Writes the first row: no position yet.
pub(crate) fn insert(
    session: &impl Session,
    checkpoint: &Checkpoint,
    fence: &str,
) -> Result<(), DestinationError> {
    let row = vec![
        Cell::Integer(FORMAT),
        Cell::from(checkpoint.workspace.as_str()),
        Cell::from(checkpoint.journal.as_str()),
        Cell::Integer(checkpoint.seq),
        Cell::Text(low_water_json(checkpoint)),
        Cell::from(fence),
        Cell::Null,
    ];
    LEDGER.append(session, Place::Stored(LEDGER.name), &[row])
}

/// Refuses a handle that no longer holds the destination.
pub(crate) fn hold(session: &impl Session, fence: &str) -> Result<(), DestinationError> {
    match read(session)? {
        Some(stored) if stored.fence == fence => Ok(()),
        _ => Err(DestinationError::Fenced { destination: session.describe().to_owned() }),
    }
}

/// Replaces the token of the stored row, which from now on is of the present format.
pub(crate) fn set_fence(session: &impl Session, fence: &str) -> Result<(), DestinationError> {
    let format = session.dialect().quote("format");
    let sql = format!(
        "UPDATE {} SET {format} = CASE WHEN {format} < {FORMAT} THEN {FORMAT} ELSE {format} END, fence = ?",
        LEDGER.name
    );
    session.execute(Step("claim", LEDGER.name), &sql, &[Cell::from(fence)]).map(|_| ())
}

/// Sets the format of the stored row.
pub(crate) fn set_format(session: &impl Session, format: i64) -> Result<(), DestinationError> {
    let sql = format!("UPDATE {} SET {} = ?", LEDGER.name, session.dialect().quote("format"));
    session.execute(Step("write to", LEDGER.name), &sql, &[Cell::Integer(format)]).map(|_| ())
}

/// Moves the position, if the token is still ours.
pub(crate) fn advance(
    session: &impl Session,
    checkpoint: &Checkpoint,
    fence: &str,
    loaded_at_us: i64,
) -> Result<(), DestinationError> {
    let sql = format!(
        "UPDATE {} SET journal = ?, seq = ?, low_water = ?, loaded_at = ? WHERE fence = ?",
        LEDGER.name
    );
    let cells = [
        Cell::from(checkpoint.journal.as_str()),
        Cell::Integer(checkpoint.seq),
        Cell::Text(low_water_json(checkpoint)),
        Cell::Instant(loaded_at_us),
        Cell::from(fence),
    ];
    match session.execute(Step("advance", LEDGER.name), &sql, &cells)? {
        1 => Ok(()),
        _ => Err(DestinationError::Fenced { destination: session.describe().to_owned() }),
    }
}

/// The low-water cursors as JSON text.
fn low_water_json(checkpoint: &Checkpoint) -> String {
    let entries = checkpoint.low_water.iter().map(|(resource, second)| (resource.clone(), (*second).into()));
    serde_json::Value::Object(entries.collect()).to_string()
}
