//! A quantity of CPU, memory or anything else, exactly as the API server of Kubernetes reads it: `250m`, `1.5Gi`, `2e3`.

use std::str::FromStr;

/// An amount, exact to a billionth, which is as fine as Kubernetes keeps it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Quantity {
    billionths: i128,
}

const ONE: i128 = 1_000_000_000;

/// Kubernetes keeps no larger number.
const LARGEST: i128 = i64::MAX as i128 * ONE;

/// No power of ten beyond this one changes anything: the largest number has 19 digits, the finest part 9.
const FAR: i32 = 40;

/// Why the API server refuses a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refused {
    /// It does not begin with a number, or has no end that Kubernetes could read.
    Number,
    /// The unit is none of Kubernetes'.
    Unit,
}

impl Quantity {
    /// So many of them.
    pub fn whole(number: i64) -> Self {
        Self { billionths: i128::from(number) * ONE }
    }

    /// Whether it is less than nothing, which no resource can be.
    pub fn is_negative(self) -> bool {
        self.billionths < 0
    }

    /// Whether it is nothing at all.
    pub fn is_zero(self) -> bool {
        self.billionths == 0
    }

    /// Whether there is a part below the point.
    pub fn is_fraction(self) -> bool {
        self.billionths % ONE != 0
    }
}

impl FromStr for Quantity {
    type Err = Refused;

    fn from_str(text: &str) -> Result<Self, Refused> {
        let (sign, rest) = match text.as_bytes().first() {
            Some(b'-') => (-1, &text[1..]),
            Some(b'+') => (1, &text[1..]),
            _ => (1, text),
        };
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let (whole, rest) = rest.split_at(digits(rest));
        let after_point = rest.strip_prefix('.').unwrap_or_default();
        let part = &after_point[..digits(after_point)];
        let unit = if rest.starts_with('.') { &after_point[part.len()..] } else { rest };
        if whole.is_empty() && part.is_empty() {
            return Err(Refused::Number);
        }
        let (two, ten) = powers(unit).ok_or(Refused::Unit)?;
        Ok(Self { billionths: sign * scaled(whole, part, two, ten.saturating_add(9)).min(LARGEST) })
    }
}

/// A unit as a power of two and one of ten.
fn powers(unit: &str) -> Option<(u32, i32)> {
    let binary = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].iter().position(|binary| *binary == unit);
    if let Some(step) = binary {
        return Some((10 * (u32::try_from(step).ok()? + 1), 0));
    }
    let decimal = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"].iter().position(|decimal| *decimal == unit);
    if let Some(step) = decimal {
        return Some((0, 3 * (i32::try_from(step).ok()? - 3)));
    }
    let exponent = unit.strip_prefix(['e', 'E'])?;
    let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // What does not fit is beyond all limits anyway.
    let far = if exponent.starts_with('-') { -FAR * 100 } else { FAR * 100 };
    Some((0, exponent.parse().unwrap_or(far).clamp(-FAR * 100, FAR * 100)))
}

/// The digits before and after the point, times powers of two and ten; what is finer than one is rounded up.
fn scaled(whole: &str, part: &str, two: u32, ten: i32) -> i128 {
    let part = part.trim_end_matches('0');
    let whole = whole.trim_start_matches('0');
    if whole.is_empty() && part.is_empty() {
        return 0;
    }
    let point = i32::try_from(part.len()).unwrap_or(i32::MAX);
    // More digits than any number that is kept can have; those far behind the point only round up.
    let all = || whole.bytes().chain(part.bytes()).skip_while(|byte| *byte == b'0');
    let kept = 27;
    let dropped = i32::try_from(all().skip(kept).count()).unwrap_or(i32::MAX);
    let lost = all().skip(kept).any(|byte| byte != b'0');
    let number = all().take(kept).fold(0_i128, |number, byte| number * 10 + i128::from(byte - b'0'));
    let ten = ten.saturating_sub(point).saturating_add(dropped);
    let power = 10_i128.checked_pow(ten.unsigned_abs());
    if ten >= 0 {
        let times = power.and_then(|power| number.checked_mul(power)).and_then(|number| number.checked_mul(1 << two));
        return times.unwrap_or(LARGEST);
    }
    let Some(power) = power else { return 1 };
    let Some(number) = number.checked_mul(1 << two) else {
        // Too large to be doubled so often before the division: the division comes first.
        return (number / power).checked_mul(1 << two).unwrap_or(LARGEST);
    };
    number / power + i128::from(number % power != 0 || lost)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_kubernetes_reads() {
        let table = [
            ("0", 0),
            ("1", ONE),
            ("+1", ONE),
            ("-1", -ONE),
            ("250m", ONE / 4),
            ("0.25", ONE / 4),
            (".25", ONE / 4),
            ("1.", ONE),
            ("1.5Gi", (3 * ONE) << 29),
            ("512m", 512_000_000),
            ("128Ki", 128 * 1024 * ONE),
            ("128k", 128_000 * ONE),
            ("1M", 1_000_000 * ONE),
            ("1Mi", 1_048_576 * ONE),
            ("1E", 1_000_000_000_000_000_000 * ONE),
            ("1Ei", ONE << 60),
            ("1e3", 1000 * ONE),
            ("1E3", 1000 * ONE),
            ("12e-1", 1_200_000_000),
            ("1e+2", 100 * ONE),
            ("100n", 100),
            ("1u", 1000),
            ("0.1n", 1),
            ("-0.1n", -1),
            ("0.0000000001", 1),
            ("1.0000000001", ONE + 1),
            ("00012", 12 * ONE),
            ("0.50", ONE / 2),
            // Beyond what it keeps.
            ("100E", LARGEST),
            ("16Ei", LARGEST),
            ("1e400", LARGEST),
            ("1e99999999999", LARGEST),
            ("1e-99999999999", 1),
            ("0e99", 0),
            ("99999999999999999999999999999999999999999999", LARGEST),
            ("0.00000000000000000000000000000000000000000001", 1),
            ("1.00000000000000000000000000000000000000000001", ONE + 1),
        ];
        for (text, wanted) in table {
            assert_eq!(text.parse(), Ok(Quantity { billionths: wanted }), "{text}");
        }
    }

    #[test]
    fn what_the_api_server_refuses() {
        let table = [
            ("", Refused::Number),
            (".", Refused::Number),
            ("Mi", Refused::Number),
            ("-", Refused::Number),
            ("--1", Refused::Number),
            ("${MEMORY}", Refused::Number),
            ("1,5Gi", Refused::Unit),
            ("512MB", Refused::Unit),
            ("512mb", Refused::Unit),
            ("512Mb", Refused::Unit),
            ("512mi", Refused::Unit),
            ("1 Gi", Refused::Unit),
            ("1gi", Refused::Unit),
            ("1g", Refused::Unit),
            ("1K", Refused::Unit),
            ("1ki", Refused::Unit),
            ("1GiB", Refused::Unit),
            ("1e", Refused::Unit),
            ("1e+", Refused::Unit),
            ("1e1.5", Refused::Unit),
            ("1.5.2", Refused::Unit),
            ("50%", Refused::Unit),
            ("1e3Mi", Refused::Unit),
            ("١", Refused::Number),
        ];
        for (text, wanted) in table {
            assert_eq!(text.parse::<Quantity>(), Err(wanted), "{text}");
        }
    }

    #[test]
    fn they_are_compared_by_their_amount() {
        let read = |text: &str| text.parse::<Quantity>().expect(text);
        assert!(read("1000m") == read("1") && read("1024Mi") == read("1Gi") && read("1G") < read("1Gi"));
        assert!(read("0.5").is_fraction() && !read("2").is_fraction() && read("-1").is_negative() && read("0m").is_zero());
        assert_eq!(Quantity::whole(2), read("2000m"));
    }
}
