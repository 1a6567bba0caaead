//! Files of a lab for the candidate's editor. It is a view of the machine that the candidate is root on, so nothing here is
//! secret from them; the runner sees to it that no path leads out.

use serde::{Deserialize, Serialize};
use task_protocol::{CallError, EntryKind, FileRefusal};
use utoipa::ToSchema;

use crate::app::App;
use crate::http::problem::{ApiError, ApiResult, ErrorCode};
use crate::ids::SessionId;
use crate::lab::link::LinkError;
use crate::lab::{reset, wire_id};

/// An entry of a directory.
#[derive(Debug, Serialize, ToSchema)]
pub struct LabEntry {
    pub name: String,
    pub kind: LabEntryKind,
    pub bytes: u64,
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LabEntryKind {
    Directory,
    File,
    Link,
    Other,
}

/// A directory of a lab, at most a thousand entries of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct LabDirectory {
    pub entries: Vec<LabEntry>,
}

/// A text file of a lab.
#[derive(Debug, Serialize, ToSchema)]
pub struct LabFile {
    pub content: String,
    /// SHA-256 in hex; send it back with what is written, so that nothing is overwritten unseen
    pub digest: String,
}

/// What to write.
#[derive(Debug, Deserialize, ToSchema)]
pub struct LabFileContent {
    pub epoch: i64,
    pub content: String,
    /// As it was read; none for a file that must not be there yet
    #[serde(default)]
    pub digest: Option<String>,
}

/// Names one file or directory.
#[derive(Debug, Deserialize)]
pub struct FilePath {
    pub host: String,
    pub path: String,
}

fn refused(error: LinkError) -> ApiError {
    let LinkError::Call(CallError::File { reason }) = error else {
        return ApiError::new(ErrorCode::LabUnavailable, error.to_string());
    };
    let code = match reason {
        FileRefusal::NotFound => ErrorCode::NotFound,
        FileRefusal::TooLong => ErrorCode::TooLarge,
        FileRefusal::Changed => ErrorCode::FileChanged,
        FileRefusal::WrongKind
        | FileRefusal::NotText
        | FileRefusal::DiskFull
        | FileRefusal::Elsewhere => ErrorCode::FileRefused,
    };
    ApiError::new(code, reason.to_string())
}

async fn lab_of(
    app: &App,
    session_id: SessionId,
    entry_id: &str,
) -> ApiResult<task_protocol::LabId> {
    wire_id(reset::find(app, session_id, entry_id).await?.id)
}

/// What is in a directory. The caller has been authorized.
pub async fn list(
    app: &App,
    session_id: SessionId,
    entry_id: &str,
    at: FilePath,
) -> ApiResult<LabDirectory> {
    let lab_id = lab_of(app, session_id, entry_id).await?;
    let entries = app.runner.directory(lab_id, at.host, at.path).await;
    let entries = entries.map_err(refused)?.into_iter().map(|entry| LabEntry {
        name: entry.name,
        kind: match entry.kind {
            EntryKind::Directory => LabEntryKind::Directory,
            EntryKind::File => LabEntryKind::File,
            EntryKind::Link => LabEntryKind::Link,
            EntryKind::Other => LabEntryKind::Other,
        },
        bytes: entry.bytes,
    });
    Ok(LabDirectory {
        entries: entries.collect(),
    })
}

/// What is in a file. The caller has been authorized.
pub async fn read(
    app: &App,
    session_id: SessionId,
    entry_id: &str,
    at: FilePath,
) -> ApiResult<LabFile> {
    let lab_id = lab_of(app, session_id, entry_id).await?;
    let file = app.runner.read_file(lab_id, at.host, at.path).await;
    let task_protocol::TextFile { content, digest } = file.map_err(refused)?;
    Ok(LabFile { content, digest })
}

/// Writes a file. The caller has been authorized.
pub async fn write(
    app: &App,
    session_id: SessionId,
    entry_id: &str,
    at: FilePath,
    new: LabFileContent,
) -> ApiResult<LabFile> {
    let lab_id = lab_of(app, session_id, entry_id).await?;
    let LabFileContent {
        content, digest, ..
    } = new;
    let (host, path) = (at.host, at.path);
    let file = app.runner.write_file(lab_id, host, path, content, digest);
    let task_protocol::TextFile { content, digest } = file.await.map_err(refused)?;
    Ok(LabFile { content, digest })
}
