//! How long a certificate holds, and how instants are written in it.

use chrono::{DateTime, Months, SecondsFormat, Utc};

/// An instant in whole seconds. Credentials have no fractions: a claim and its member must say the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Second(pub i64);

impl Second {
    /// The second that an instant lies in.
    pub const fn of_ms(at_ms: i64) -> Self {
        Self(at_ms.div_euclid(1000))
    }

    /// As Unix milliseconds.
    pub const fn ms(self) -> i64 {
        self.0.saturating_mul(1000)
    }

    /// As in a credential: `2026-11-21T01:33:54Z`. None outside the calendar.
    pub fn text(self) -> Option<String> {
        let at = DateTime::<Utc>::from_timestamp(self.0, 0)?;
        Some(at.to_rfc3339_opts(SecondsFormat::Secs, true))
    }

    /// Reads what [`Second::text`] writes; any RFC 3339 instant without a fraction will do.
    pub fn parse(text: &str) -> Option<Self> {
        let at = DateTime::parse_from_rfc3339(text).ok()?;
        (at.timestamp_subsec_nanos() == 0).then(|| Self(at.timestamp()))
    }
}

/// The end of a certificate: `years` later to the day and second. What begins on 29 February ends on 28 February when
/// there is no 29th. None outside the calendar.
pub fn valid_until(valid_from: Second, years: u32) -> Option<Second> {
    let from = DateTime::<Utc>::from_timestamp(valid_from.0, 0)?;
    let until = from.checked_add_months(Months::new(years.checked_mul(12)?))?;
    Some(Second(until.timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_years_after(text: &str) -> String {
        let from = Second::parse(text).unwrap();
        valid_until(from, 2).unwrap().text().unwrap()
    }

    #[test]
    fn a_certificate_ends_two_years_later_to_the_day() {
        assert_eq!(
            two_years_after("2026-11-21T01:33:54Z"),
            "2028-11-21T01:33:54Z"
        );
        assert_eq!(
            two_years_after("2027-12-31T23:59:59Z"),
            "2029-12-31T23:59:59Z"
        );
        assert_eq!(
            two_years_after("2026-02-28T12:00:00Z"),
            "2028-02-28T12:00:00Z"
        );
    }

    #[test]
    fn the_29th_of_february_becomes_the_28th() {
        assert_eq!(
            two_years_after("2028-02-29T08:15:00Z"),
            "2030-02-28T08:15:00Z"
        );
        let leap = Second::parse("2028-02-29T08:15:00Z").unwrap();
        let four = valid_until(leap, 4).unwrap().text();
        assert_eq!(four.as_deref(), Some("2032-02-29T08:15:00Z"));
    }

    #[test]
    fn the_end_does_not_depend_on_the_zone_it_was_written_in() {
        assert_eq!(
            two_years_after("2026-03-01T00:30:00+02:00"),
            "2028-02-28T22:30:00Z"
        );
    }

    #[test]
    fn instants_are_whole_seconds() {
        assert_eq!(Second::of_ms(1_999), Second(1));
        assert_eq!(Second::of_ms(-1), Second(-1));
        assert_eq!(Second::parse("2026-11-21T01:33:54.5Z"), None);
        assert_eq!(Second::parse("yesterday"), None);
    }

    #[test]
    fn nonsense_has_no_end() {
        assert_eq!(valid_until(Second(i64::MAX), 2), None);
        assert_eq!(valid_until(Second(0), u32::MAX), None);
    }
}
