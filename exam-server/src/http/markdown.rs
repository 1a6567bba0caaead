//! Markdown of items, tasks and criteria as HTML that is safe to put into a page: raw HTML becomes text, links lead to the
//! web only, images are left out.

use pulldown_cmark::{CowStr, Event, LinkType, Options, Parser, Tag, TagEnd, html};

fn is_safe(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

/// The text as HTML.
pub fn to_html(markdown: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let events = Parser::new_ext(markdown, options).filter_map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
        Event::Start(Tag::HtmlBlock) => Some(Event::Start(Tag::Paragraph)),
        Event::End(TagEnd::HtmlBlock) => Some(Event::End(TagEnd::Paragraph)),
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
        Event::Start(Tag::Link {
            link_type,
            dest_url,
            title,
            id,
        }) => {
            let safe = link_type != LinkType::Email && is_safe(&dest_url);
            let dest_url = if safe {
                dest_url
            } else {
                CowStr::Borrowed("#")
            };
            Some(Event::Start(Tag::Link {
                link_type: LinkType::Inline,
                dest_url,
                title,
                id,
            }))
        }
        other => Some(other),
    });
    let mut text = String::with_capacity(markdown.len() * 2);
    html::push_html(&mut text, events);
    // Code wider than the screen scrolls, and must be reachable by keyboard for that.
    text.replace("<pre>", "<pre tabindex=\"0\">")
}

/// A short text of one line (an option, a title): as HTML without the paragraph around it.
pub fn to_inline_html(markdown: &str) -> String {
    let text = to_html(markdown);
    let trimmed = text.trim();
    match trimmed
        .strip_prefix("<p>")
        .and_then(|rest| rest.strip_suffix("</p>"))
    {
        Some(inner) if !inner.contains("<p>") => inner.to_owned(),
        _ => trimmed.to_owned(),
    }
}

/// The words alone, for lists and search.
pub fn to_text(markdown: &str, characters_max: usize) -> String {
    let mut text = String::new();
    for event in Parser::new(markdown) {
        match event {
            Event::Text(part) | Event::Code(part) => text.push_str(&part),
            Event::SoftBreak | Event::HardBreak | Event::End(_) => text.push(' '),
            _ => {}
        }
    }
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(characters_max) {
        Some((end, _)) => format!("{}…", words.get(..end).unwrap_or_default().trim_end()),
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_and_tables_are_kept() {
        assert_eq!(to_inline_html("`git log`"), "<code>git log</code>");
        assert!(to_html("```sh\na <b>\n```").contains("<code class=\"language-sh\">a &lt;b&gt;"));
    }

    #[test]
    fn nothing_in_it_can_run() {
        for attack in [
            "<script>alert(1)</script>",
            "a <img src=x onerror=alert(1)> b",
            "[x](javascript:alert(1))",
            "[x](data:text/html,<script>1</script>)",
            "<div onclick=\"x\">\n\nhello\n\n</div>",
            "![x](https://tracker.example/p.png)",
            "<https://x\" onmouseover=\"alert(1)>",
        ] {
            let html = to_html(attack);
            for forbidden in [
                "<script",
                "<img",
                "<div",
                "=\"javascript:",
                "=\"data:",
                "<a href=\"https://x\" on",
            ] {
                assert!(!html.contains(forbidden), "{forbidden}: {html}");
            }
        }
    }

    #[test]
    fn text_is_cut_at_a_character() {
        assert_eq!(to_text("Größe **und** `Form`", 7), "Größe u…");
        assert_eq!(to_text("short", 20), "short");
    }
}
