//! Which image of ours stands for an image of theirs.

/// The image whose lab a task gets.
pub(super) const BASE: &str = "base";

/// What an image becomes.
pub(super) enum Image {
    /// A plain machine.
    Plain,
    /// There is nothing like it; with the reason.
    None(String),
}

/// What stands for an `imageid`.
pub(super) fn of(imageid: Option<&str>) -> Image {
    let Some(id) = imageid.map(str::trim).filter(|id| !id.is_empty()) else {
        return Image::None("the scenario names no image".to_owned());
    };
    let family = id.split([':', '-']).next().unwrap_or_default();
    let family = family.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    match family {
        "ubuntu" | "debian" | "terminal" => Image::Plain,
        _ => Image::None(format!("there is no lab image for `{id}`")),
    }
}
