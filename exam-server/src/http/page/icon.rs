//! The few icons of the public pages: Lucide (ISC license), drawn inline. Words always stand beside them.

use maud::{Markup, PreEscaped, html};

fn icon(paths: &'static str) -> Markup {
    html! {
        svg.icon width="24" height="24" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"
            stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false" {
            (PreEscaped(paths))
        }
    }
}

/// It holds.
pub fn circle_check() -> Markup {
    icon(r#"<circle cx="12" cy="12" r="10"/><path d="m9 12 2 2 4-4"/>"#)
}

/// It does not hold.
pub fn circle_x() -> Markup {
    icon(r#"<circle cx="12" cy="12" r="10"/><path d="m15 9-6 6"/><path d="m9 9 6 6"/>"#)
}

/// Its time is over, or has not come.
pub fn clock() -> Markup {
    icon(r#"<circle cx="12" cy="12" r="10"/><path d="M12 6v6l4 2"/>"#)
}

/// Nobody can tell.
pub fn circle_help() -> Markup {
    icon(
        r#"<circle cx="12" cy="12" r="10"/><path d="M9.09 9a3 3 0 0 1 5.83 1c0 2-3 3-3 3"/><path d="M12 17h.01"/>"#,
    )
}

/// Passed.
pub fn check() -> Markup {
    icon(r#"<path d="M20 6 9 17l-5-5"/>"#)
}

/// Failed.
pub fn cross() -> Markup {
    icon(r#"<path d="M18 6 6 18"/><path d="m6 6 12 12"/>"#)
}
