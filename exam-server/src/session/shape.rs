//! The shape of a form: which entries it has and which options each may take. Saves are validated against it in memory.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use question_bank::{FormEntry, ItemKind};

use crate::app::App;
use crate::authoring::read::item_by_digest;
use crate::exam::form;
use crate::http::problem::{ApiError, ApiResult, ErrorCode};
use crate::ids::SessionId;

/// What an entry accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryShape {
    /// One of the options, or none.
    SingleChoice(Vec<String>),
    /// Any of the options.
    MultipleChoice(Vec<String>),
    /// No options: a task is answered in its lab, but can be flagged.
    Task,
}

/// The entries of one form, by entry id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape(pub HashMap<String, EntryShape>);

/// The shapes of the sessions that this process serves.
#[derive(Debug, Default)]
pub struct Shapes(RwLock<HashMap<SessionId, Arc<Shape>>>);

impl Shapes {
    fn get(&self, id: SessionId) -> Option<Arc<Shape>> {
        let shapes = self.0.read().unwrap_or_else(PoisonError::into_inner);
        shapes.get(&id).cloned()
    }

    fn put(&self, id: SessionId, shape: Arc<Shape>) {
        let mut shapes = self.0.write().unwrap_or_else(PoisonError::into_inner);
        shapes.insert(id, shape);
    }

    /// Drops a shape; it is loaded again when it is needed.
    pub fn forget(&self, id: SessionId) {
        let mut shapes = self.0.write().unwrap_or_else(PoisonError::into_inner);
        shapes.remove(&id);
    }
}

/// The shape of a session's form. The form never changes, so it is read once.
pub async fn of_session(app: &App, id: SessionId) -> ApiResult<Arc<Shape>> {
    if let Some(shape) = app.live.shapes.get(id) {
        return Ok(shape);
    }
    let form = form::of_session(app, id).await?;
    let mut shape = Shape::default();
    for entry in form::entries(&form) {
        let accepts = match entry.entry {
            FormEntry::Task(_) => EntryShape::Task,
            FormEntry::Item(item) => {
                let options = item.option_order.iter().map(ToString::to_string).collect();
                match item_by_digest(app, &item.digest).await?.kind {
                    ItemKind::SingleChoice => EntryShape::SingleChoice(options),
                    ItemKind::MultipleChoice => EntryShape::MultipleChoice(options),
                }
            }
        };
        shape.0.insert(entry.entry_id, accepts);
    }
    let shape = Arc::new(shape);
    app.live.shapes.put(id, Arc::clone(&shape));
    Ok(shape)
}

impl Shape {
    /// Whether the entry takes these options. They must be sorted.
    pub fn accept(&self, entry_id: &str, options: &[String]) -> ApiResult<()> {
        let bad = |detail: &str| Err(ApiError::new(ErrorCode::BadResponse, detail));
        let Some(shape) = self.0.get(entry_id) else {
            return Err(ApiError::new(
                ErrorCode::UnknownEntry,
                "the form of this session has no such entry",
            ));
        };
        let known = match shape {
            EntryShape::SingleChoice(_) if options.len() > 1 => {
                return bad("a single choice takes one option");
            }
            EntryShape::Task if !options.is_empty() => {
                return bad("a task takes no options; it is answered in its lab");
            }
            EntryShape::Task => return Ok(()),
            EntryShape::SingleChoice(known) | EntryShape::MultipleChoice(known) => known,
        };
        if options.windows(2).any(|pair| pair[0] == pair[1]) {
            return bad("an option is named twice");
        }
        if options.iter().any(|option| !known.contains(option)) {
            return bad("the item has no such option");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_fits_the_entry_is_accepted() {
        let options = || vec!["a".to_owned(), "b".to_owned(), "c".to_owned()];
        let shape = Shape(HashMap::from([
            ("i01".to_owned(), EntryShape::SingleChoice(options())),
            ("i02".to_owned(), EntryShape::MultipleChoice(options())),
            ("t01".to_owned(), EntryShape::Task),
        ]));
        let code = |entry: &str, options: &[&str]| {
            let options: Vec<String> = options.iter().map(|&option| option.to_owned()).collect();
            shape.accept(entry, &options).err().map(|error| error.code)
        };
        assert_eq!(code("i01", &[]), None);
        assert_eq!(code("i01", &["b"]), None);
        assert_eq!(code("i01", &["a", "b"]), Some(ErrorCode::BadResponse));
        assert_eq!(code("i02", &["a", "b"]), None);
        assert_eq!(code("i02", &["a", "a"]), Some(ErrorCode::BadResponse));
        assert_eq!(code("i02", &["a", "d"]), Some(ErrorCode::BadResponse));
        assert_eq!(code("t01", &[]), None);
        assert_eq!(code("t01", &["a"]), Some(ErrorCode::BadResponse));
        assert_eq!(code("i03", &[]), Some(ErrorCode::UnknownEntry));
    }
}
