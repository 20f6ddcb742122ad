//! Days as `2027-01-31`: they compare as text does.

use std::time::{SystemTime, UNIX_EPOCH};

/// Today in UTC.
pub fn today() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    day(i64::try_from(seconds / 86_400).unwrap_or(0))
}

/// The day that comes so many days after the first of 1970.
fn day(days: i64) -> String {
    // Counting from March puts the leap day at the end of a year, and 400 years have the same days again.
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Whether it is written as a day is, and there is such a day.
pub fn is_day(text: &str) -> bool {
    let [year, month, day] = text.split('-').collect::<Vec<_>>()[..] else { return false };
    let number = |part: &str, length| {
        let is_number = part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| part.parse::<u32>().unwrap_or(0))
    };
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2)) else { return false };
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(is_leap),
        _ => 0,
    };
    (1..=days).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_and_recognised() {
        let table =
            [(0, "1970-01-01"), (11_016, "2000-02-29"), (20_777, "2026-11-20"), (47_540, "2100-02-28"), (47_541, "2100-03-01")];
        for (days, wanted) in table {
            assert_eq!(day(days), wanted);
            assert!(is_day(wanted));
        }
        for text in
            ["2100-02-29", "2027-13-01", "2027-00-10", "2027-1-31", "2027-01-31x", "tomorrow", "", "2027-01", "２027-01-31"]
        {
            assert!(!is_day(text), "{text}");
        }
        assert!(is_day(&today()) && today().as_str() > "2026-01-01");
    }
}
