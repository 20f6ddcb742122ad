//! What kind of value is it, and may it differ between environments?

mod words;

use crate::document::secret::is_secret;
pub use words::name_words;

/// What a setting is about, which decides whether a difference means anything.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Class {
    /// Enums, paths, formats, timeouts, protocols: the same everywhere, as a rule.
    Behaviour,
    /// Something that is switched on or off.
    Flag,
    /// How much is written to the log.
    Verbosity,
    /// Replicas, memory, pools.
    Size,
    /// When something runs.
    Schedule,
    /// Hosts, addresses, accounts, buckets, names.
    Identity,
    /// What nobody may see.
    Secret,
}

impl Class {
    /// All of them, in the order in which people ask.
    pub const ALL: [Self; 7] =
        [Self::Behaviour, Self::Flag, Self::Verbosity, Self::Size, Self::Schedule, Self::Identity, Self::Secret];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Behaviour => "behaviour",
            Self::Flag => "flag",
            Self::Verbosity => "verbosity",
            Self::Size => "size",
            Self::Schedule => "schedule",
            Self::Identity => "identity",
            Self::Secret => "secret",
        }
    }

    /// The class of a setting, by its name and all its values.
    pub fn of(name: &str, values: &[&str]) -> Self {
        let words = name_words(name);
        let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
        if values.iter().any(|value| is_secret(name, value)) {
            return Self::Secret;
        }
        if has(&["log", "logging", "loglevel", "verbosity", "debug", "verbose", "trace"]) {
            return Self::Verbosity;
        }
        if !values.is_empty() && values.iter().all(|value| truth(value).is_some()) {
            return Self::Flag;
        }
        if has(SIZES) {
            return Self::Size;
        }
        if has(&["cron", "schedule", "crontab"]) {
            return Self::Schedule;
        }
        if has(IDENTITIES) || values.iter().any(|value| host_of(value).is_some()) {
            return Self::Identity;
        }
        Self::Behaviour
    }
}

const SIZES: &[&str] = &[
    "replicas",
    "replica",
    "cpu",
    "memory",
    "instances",
    "instance",
    "storage",
    "pool",
    "size",
    "workers",
    "concurrency",
    "threads",
    "capacity",
    "count",
    "max",
    "min",
];

const IDENTITIES: &[&str] = &[
    "host",
    "hostname",
    "hosts",
    "url",
    "uri",
    "endpoint",
    "domain",
    "account",
    "arn",
    "bucket",
    "namespace",
    "client",
    "dsn",
    "cert",
    "image",
    "tag",
    "env",
    "environment",
    "region",
    "cluster",
    "database",
    "db",
    "user",
    "username",
    "name",
    "id",
    "email",
    "project",
    "address",
    "index",
    "topic",
    "queue",
];

/// Yes or no, in the words that readers take for it. `1` and `0` are numbers, too.
pub fn truth(value: &str) -> Option<bool> {
    let value = value.trim();
    let is = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(value));
    if is(&["true", "yes", "on", "enabled"]) {
        return Some(true);
    }
    is(&["false", "no", "off", "disabled"]).then_some(false)
}

/// The host of an address, or a value that is one: two labels and more, of which the last is a word.
pub fn host_of(value: &str) -> Option<&str> {
    let value = value.trim();
    // Every value is asked, and most have neither a scheme nor a dot.
    memchr::memchr2(b':', b'.', value.as_bytes())?;
    let (has_scheme, rest) = match value.find("://") {
        Some(at) => (true, &value[at + 3..]),
        None => (false, value),
    };
    if !has_scheme && !value.contains('.') {
        return None;
    }
    let rest = rest.split(['/', '?', '#', ',', ';']).next().unwrap_or(rest);
    let rest = rest.rsplit('@').next().unwrap_or(rest);
    let host = rest.split(':').next().unwrap_or(rest);
    let is_label =
        |label: &str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if host.is_empty() || !host.split('.').all(is_label) {
        return None;
    }
    let last = host.rsplit('.').next().unwrap_or(host);
    let has_labels = host.contains('.') && last.bytes().all(|byte| byte.is_ascii_alphabetic()) && last.len() >= 2;
    (has_scheme || (has_labels && !FILE_ENDS.contains(&last) && !value.contains(' '))).then_some(host)
}

/// What looks like a domain and is the end of a file's name or a class of Java.
const FILE_ENDS: &[&str] = &[
    "json",
    "yml",
    "yaml",
    "xml",
    "js",
    "ts",
    "py",
    "rb",
    "sh",
    "pem",
    "crt",
    "key",
    "log",
    "txt",
    "html",
    "css",
    "properties",
    "conf",
    "toml",
    "jar",
    "sql",
    "jks",
    "md",
    "png",
    "svg",
    "cfg",
    "ini",
    "csv",
    "exe",
    "dll",
    "sock",
    "zip",
    "tf",
    "env",
];

/// Whether an address leads back to where it is used.
pub fn is_loopback(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    host == "localhost"
        || host.ends_with(".localhost")
        || host.starts_with("127.")
        || host == "::1"
        || host == "host.docker.internal"
}

/// A number with a unit, or alone.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Amount<'v> {
    /// The number.
    pub number: f64,
    /// What stands after it.
    pub unit: &'v str,
}

/// The number at the beginning of a value and its unit: `30`, `30s`, `1.5 GB`.
pub fn amount(value: &str) -> Option<Amount<'_>> {
    let value = value.trim();
    let end = value.bytes().position(|next| !next.is_ascii_digit() && next != b'.').unwrap_or(value.len());
    let number: f64 = value[..end].parse().ok()?;
    let unit = value[end..].trim();
    (unit.len() <= 8 && unit.bytes().all(|byte| byte.is_ascii_alphabetic())).then_some(Amount { number, unit })
}

/// How many seconds or bytes a unit is, and whether it is one of time.
pub fn unit(word: &str) -> Option<(f64, bool)> {
    let time = match word.to_ascii_lowercase().as_str() {
        "ms" | "millis" | "msec" | "milliseconds" => Some(0.001),
        "s" | "sec" | "secs" | "second" | "seconds" => Some(1.0),
        "m" if word == "m" => Some(60.0),
        "min" | "mins" | "minute" | "minutes" => Some(60.0),
        "h" | "hour" | "hours" => Some(3600.0),
        "d" | "day" | "days" => Some(86400.0),
        _ => None,
    };
    if let Some(seconds) = time {
        return Some((seconds, true));
    }
    let bytes = match word.to_ascii_lowercase().as_str() {
        "b" | "bytes" => 1.0,
        "k" | "kb" => 1e3,
        "ki" | "kib" => 1024.0,
        "mb" | "m" => 1e6,
        "mi" | "mib" => 1024.0 * 1024.0,
        "g" | "gb" => 1e9,
        "gi" | "gib" => 1024.0 * 1024.0 * 1024.0,
        _ => return None,
    };
    Some((bytes, false))
}

/// What a value is to a parser.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Type {
    /// Nothing.
    Empty,
    /// A number.
    Number,
    /// Yes or no.
    Truth,
    /// A number with a unit of time or of size.
    Amount,
    /// An address with a scheme.
    Address,
    /// Anything else.
    Text,
}

impl Type {
    /// The type of a value.
    pub fn of(value: &str) -> Self {
        let value = value.trim();
        if value.is_empty() {
            Self::Empty
        } else if value.parse::<f64>().is_ok()
            && value.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '-' | '.'))
        {
            Self::Number
        } else if truth(value).is_some() {
            Self::Truth
        } else if amount(value).is_some_and(|amount| unit(amount.unit).is_some()) {
            Self::Amount
        } else if value.contains("://") {
            Self::Address
        } else {
            Self::Text
        }
    }

    /// The words for it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Empty => "nothing",
            Self::Number => "a number",
            Self::Truth => "a yes or no",
            Self::Amount => "a number with a unit",
            Self::Address => "an address",
            Self::Text => "a text",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes() {
        let table = [
            ("DB_PASSWORD", "x", Class::Secret),
            ("log.level", "info", Class::Verbosity),
            ("FEATURE_A", "true", Class::Flag),
            ("pool.maxSize", "5", Class::Size),
            ("backup.schedule", "0 * * * *", Class::Schedule),
            ("API", "https://api.internal/v1", Class::Identity),
            ("S3_BUCKET", "x", Class::Identity),
            ("TIMEOUT", "30s", Class::Behaviour),
        ];
        for (name, value, class) in table {
            assert_eq!(Class::of(name, &[value]), class, "{name}={value}");
        }
    }

    #[test]
    fn hosts_of_values() {
        let table = [
            ("https://u:p@api.staging.example.com:8080/x", Some("api.staging.example.com")),
            ("db.internal", Some("db.internal")),
            ("db.internal:5432", Some("db.internal")),
            ("jdbc:postgresql://db/x", Some("db")),
            ("application.yml", None),
            ("1.2.3", None),
            ("hello world.com", None),
            ("", None),
        ];
        for (value, host) in table {
            assert_eq!(host_of(value), host, "{value}");
        }
    }

    #[test]
    fn types_and_amounts() {
        let table = [
            ("1", Type::Number),
            ("-1.5", Type::Number),
            ("30s", Type::Amount),
            ("512Mi", Type::Amount),
            ("true", Type::Truth),
            ("x", Type::Text),
            ("a://b", Type::Address),
            ("", Type::Empty),
            ("inf", Type::Text),
            ("3rd", Type::Text),
        ];
        for (value, wanted) in table {
            assert_eq!(Type::of(value), wanted, "{value}");
        }
        assert_eq!(amount("1.5 GB"), Some(Amount { number: 1.5, unit: "GB" }));
    }
}
