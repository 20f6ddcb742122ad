//! What does a comment, or the value of an annotation, say of allowing rules?
//!
//! `gonogo: allow RULE because REASON`, also with several rules (`allow ONE, OTHER because`) and with a last day
//! (`until 2027-01-31`) before `because` or at the end of the reason. What tries to say this and fails is kept with what
//! is wrong about it, so that nobody believes in a comment that does nothing.

use std::ops::Range;

use super::date::is_day;
use crate::document::words::OWN;
use crate::near::distance;
use crate::rule::Rule;

/// One rule that somebody wants to allow.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wish {
    /// Where the name of the rule stands in the comment; the whole wish, where it has none.
    pub at: Range<usize>,
    /// The rule, as written.
    pub rule: String,
    /// Why; empty where nobody says.
    pub reason: String,
    /// The last day, if there is one.
    pub until: Option<String>,
    /// Why it is not understood: a clause.
    pub fault: Option<String>,
}

/// More rules than this in one comment are none that a person wrote.
const MOST_RULES: usize = 64;

/// All wishes of a comment, in order.
pub fn wishes(comment: &str) -> Vec<Wish> {
    // In a reason the name is a word like any other.
    let begins = |after: &str| after.starts_with(':') || after.split_whitespace().next() == Some("allow");
    let starts = comment.match_indices(OWN).map(|(at, _)| at).filter(|at| begins(&comment[at + OWN.len()..]));
    let starts: Vec<usize> = starts.collect();
    let ends = starts.iter().skip(1).copied().chain([comment.len()]);
    let mut wishes = Vec::new();
    for (start, end) in starts.iter().zip(ends) {
        let end = comment[*start..end].find("*/").map_or(end, |at| start + at);
        let text = comment[..end].trim_end().trim_end_matches("-->").trim_end();
        if text.len() > start + OWN.len() {
            wish(text, *start, &mut wishes);
        }
    }
    wishes
}

/// What stands from `start` to the end of the text.
fn wish(text: &str, start: usize, wishes: &mut Vec<Wish>) {
    let after = &text[start + OWN.len()..];
    let (rest, has_colon) = after.strip_prefix(':').map_or((after, false), |rest| (rest, true));
    let verb = rest.split_whitespace().next().unwrap_or_default();
    let at = text.len() - rest.trim_start().len() + verb.len();
    let faulty = |fault: &str| Wish {
        at: start..text.len(),
        rule: String::new(),
        reason: String::new(),
        until: None,
        fault: Some(fault.to_owned()),
    };
    if has_colon && verb == "allow" {
        read(text, at, wishes);
        if at == text.len() {
            wishes.push(faulty("it names no rule"));
        }
    } else if has_colon && means_allow(verb) {
        wishes.push(faulty(&format!("it says `{}` and not `allow`", shortened(verb))));
    } else if verb == "allow" && rest[..].split_whitespace().nth(1).is_some_and(|word| Rule::find(word).is_some()) {
        wishes.push(faulty("no colon follows `gonogo`"));
    }
}

/// `allow`, with a slip of the hand or in the words of other tools.
fn means_allow(verb: &str) -> bool {
    let end = verb.find(|next: char| !next.is_ascii_alphabetic()).unwrap_or(verb.len());
    let word = verb[..end].to_ascii_lowercase();
    let foreign = ["allowed", "disable", "ignore", "nolint", "noqa", "skip", "suppress"];
    foreign.contains(&word.as_str()) || (word.len() > 3 && distance(&word, "allow") <= 1)
}

/// At most as much of a word as a message can bear.
pub fn shortened(word: &str) -> String {
    const LONGEST: usize = 48;
    let mut shown: String = word.chars().take(LONGEST).collect();
    if shown.len() < word.len() {
        shown.push('…');
    }
    shown
}

/// Words of a text with where they stand.
struct Words<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Iterator for Words<'a> {
    type Item = (usize, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = &self.text[self.at..];
        let start = self.at + (rest.len() - rest.trim_start().len());
        let word = rest.split_whitespace().next()?;
        self.at = start + word.len();
        Some((start, word))
    }
}

/// Reads what follows `allow`: rules, maybe a last day, the reason.
fn read(text: &str, at: usize, wishes: &mut Vec<Wish>) {
    let because = Words { text, at }.find(|(_, word)| *word == "because").map(|(at, _)| at);
    let head = &text[..because.unwrap_or(text.len())];
    let (names, tail) = names(head, at);
    let mut terms = Terms::default();
    terms.tail(head, tail, because.is_some());
    if let Some(because) = because {
        terms.reason(&text[because + "because".len()..]);
    }
    if names.is_empty() && at < text.len() {
        terms.fault.get_or_insert_with(|| "it names no rule".to_owned());
        wishes.push(terms.wish(at..text.len(), ""));
    } else if names.len() > MOST_RULES {
        terms.fault = Some(format!("it names more than {MOST_RULES} rules"));
        wishes.push(terms.wish(names[0].clone(), &text[names[0].clone()]));
    } else {
        wishes.extend(names.into_iter().map(|name| terms.wish(name.clone(), &text[name])));
    }
}

/// The names between commas, and where they end.
fn names(head: &str, at: usize) -> (Vec<Range<usize>>, usize) {
    let mut names = Vec::new();
    let mut words = Words { text: head, at };
    let mut goes_on = true;
    loop {
        let before = words.at;
        let Some((start, word)) = words.next() else { return (names, before) };
        if !(goes_on || word.starts_with(',')) || word == "until" {
            return (names, before);
        }
        goes_on = word.ends_with(',');
        let mut from = start;
        for name in word.split(',') {
            let bare = name.trim_matches(['`', '"', '\'', ':']);
            let quote = name.len() - name.trim_start_matches(['`', '"', '\'', ':']).len();
            if !bare.is_empty() {
                names.push(from + quote..from + quote + bare.len());
            }
            from += name.len() + 1;
        }
    }
}

/// What holds for all rules of a comment.
#[derive(Default)]
struct Terms {
    reason: String,
    until: Option<String>,
    fault: Option<String>,
}

impl Terms {
    /// What stands between the names and the reason: a last day, or what does not belong there.
    fn tail(&mut self, head: &str, at: usize, has_reason: bool) {
        let mut words = Words { text: head, at };
        match words.next() {
            Some((_, "until")) => {
                self.day(words.next().map_or("", |(_, word)| word));
                if let Some((_, word)) = words.next().filter(|_| has_reason) {
                    self.fault.get_or_insert_with(|| format!("`{}` is not understood", shortened(word)));
                }
            }
            // Without a `because` it may well be the reason.
            Some((_, word)) if has_reason => self.fault = Some(format!("`{}` is not understood", shortened(word))),
            _ => {}
        }
    }

    fn day(&mut self, word: &str) {
        if !is_day(word) {
            self.fault.get_or_insert_with(|| format!("after `until` stands a day such as 2027-01-31, not `{}`", shortened(word)));
        }
        self.until = Some(word.to_owned());
    }

    /// The reason, which may end with the last day.
    fn reason(&mut self, text: &str) {
        let words: Vec<&str> = text.split_whitespace().collect();
        self.reason = words.join(" ");
        if let [.., "until", last] = words[..]
            && self.until.is_none()
            && is_day(last.trim_end_matches(['.', ')']))
        {
            self.until = Some(last.trim_end_matches(['.', ')']).to_owned());
        }
        // The line that reports print, pasted and left as it is, gives no reason.
        if matches!(self.reason.as_str(), "…" | "..." | "REASON") {
            self.reason.clear();
        }
    }

    fn wish(&self, at: Range<usize>, rule: &str) -> Wish {
        Wish { at, rule: rule.to_owned(), reason: self.reason.clone(), until: self.until.clone(), fault: self.fault.clone() }
    }
}

/// What the value of an annotation says: a reason, or what may follow the rule in a comment.
pub fn annotated(rule: &str, value: &str) -> Wish {
    let value = value.trim();
    let mut terms = Terms::default();
    let because = Words { text: value, at: 0 }.find(|(_, word)| *word == "because").map(|(at, _)| at);
    match because {
        Some(at) if at == 0 || value.starts_with("until ") => {
            terms.tail(&value[..at], 0, true);
            terms.reason(&value[at + "because".len()..]);
        }
        _ => terms.reason(value),
    }
    terms.wish(0..0, rule)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `rule/until/reason` or `!fault` for each.
    fn told(comment: &str) -> String {
        let tell = |wish: &Wish| match &wish.fault {
            Some(fault) => format!("!{fault}"),
            None => format!("{}/{}/{}", wish.rule, wish.until.as_deref().unwrap_or("-"), wish.reason),
        };
        wishes(comment).iter().map(tell).collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn every_way_to_say_it() {
        let table = [
            ("-- an ordinary comment", ""),
            ("# gonogo reads this file; gonogo: see the README", ""),
            ("-- gonogo: allow a because b", "a/-/b"),
            ("--gonogo:allow a because b", "a/-/b"),
            ("# small; gonogo: allow a  because  b  c ", "a/-/b c"),
            ("/* gonogo: allow a until 2999-01-31 because we never\n go back */", "a/2999-01-31/we never go back"),
            ("// gonogo: allow a because it is frozen until 2027-01-31.", "a/2027-01-31/it is frozen until 2027-01-31."),
            ("# gonogo: allow a because gonogo cannot know", "a/-/gonogo cannot know"),
            ("# gonogo: allow a because it is frozen until May", "a/-/it is frozen until May"),
            ("# gonogo: allow a, b ,c,d because e", "a/-/e | b/-/e | c/-/e | d/-/e"),
            ("# gonogo: allow `a`, \"b\" because e", "a/-/e | b/-/e"),
            ("/* gonogo: allow a because b\n gonogo: allow c because d */", "a/-/b | c/-/d"),
            ("-- gonogo: allow a", "a/-/"),
            ("-- gonogo: allow a it is small", "a/-/"),
            ("-- gonogo: allow a because …", "a/-/"),
            ("<!-- gonogo: allow a because b -->", "a/-/b"),
            ("{{- /* gonogo: allow a because b */ -}}", "a/-/b"),
        ];
        for (comment, wanted) in table {
            assert_eq!(told(comment), wanted, "{comment}");
        }
    }

    #[test]
    fn what_tries_and_fails_says_why() {
        let table = [
            ("# gonogo: allow", "!it names no rule"),
            ("# gonogo: allow because b", "!it names no rule"),
            ("# gonogo: allow , because b", "!it names no rule"),
            ("# gonogo: alow a because b", "!it says `alow` and not `allow`"),
            ("# gonogo: ignore a", "!it says `ignore` and not `allow`"),
            ("# gonogo: allow(a) because b", "!it says `allow(a)` and not `allow`"),
            ("# gonogo allow missing-down because b", "!no colon follows `gonogo`"),
            ("# gonogo allow people to pass", ""),
            ("# gonogo: allow a until May because b", "!after `until` stands a day such as 2027-01-31, not `May`"),
            ("# gonogo: allow a until 2027-02-30 because b", "!after `until` stands a day such as 2027-01-31, not `2027-02-30`"),
            ("# gonogo: allow a until", "!after `until` stands a day such as 2027-01-31, not ``"),
            ("# gonogo: allow a on Sundays because b", "!`on` is not understood"),
        ];
        for (comment, wanted) in table {
            assert_eq!(told(comment), wanted, "{comment}");
        }
        let many = format!("# gonogo: allow {} because x", "a,".repeat(MOST_RULES + 1));
        assert_eq!(told(&many), "!it names more than 64 rules");
    }

    #[test]
    fn the_name_of_the_rule_is_what_is_pointed_at() {
        let comment = "-- ä gonogo: allow `blocking-index`, b because c";
        let shown: Vec<&str> = wishes(comment).into_iter().map(|wish| &comment[wish.at]).collect();
        assert_eq!(shown, ["blocking-index", "b"]);
    }

    #[test]
    fn annotations_say_the_same_without_the_rule() {
        let told = |value| {
            let Wish { reason, until, fault, .. } = annotated("a", value);
            (reason, until.unwrap_or_default(), fault.is_some())
        };
        let wanted = |reason: &str, until: &str, fault| (reason.to_owned(), until.to_owned(), fault);
        assert_eq!(told("it is a demo"), wanted("it is a demo", "", false));
        assert_eq!(told("because it is a demo"), wanted("it is a demo", "", false));
        assert_eq!(told("until 2027-01-31 because it is a demo"), wanted("it is a demo", "2027-01-31", false));
        assert_eq!(told("a demo until 2027-01-31"), wanted("a demo until 2027-01-31", "2027-01-31", false));
        assert_eq!(told("until the demo is over"), wanted("until the demo is over", "", false));
        assert!(told("until May because it is a demo").2);
        assert_eq!(told(" … "), wanted("", "", false));
    }
}
