//! See rules/environment/verification-off.md

use super::ends_with_one;
use crate::document::entries::Form;
use crate::rule::Context;
use crate::source::Source;
use crate::workspace::environments::SettingsFile;
use crate::workspace::environments::value::{host_of, name_words, truth};

/// Settings that must not be off.
const CHECKS: &[&str] = &[
    "node tls reject unauthorized",
    "pythonhttpsverify",
    "ssl verify",
    "verify ssl",
    "tls verify",
    "verify tls",
    "reject unauthorized",
    "verify peer",
    "ssl verification",
    "tls verification",
    "verify certificate",
    "verify certificates",
    "validate certificates",
    "validate certs",
];

/// Settings that must not be on.
const SKIPS: &[&str] = &[
    "insecure skip verify",
    "insecure skip tls verify",
    "skip tls verify",
    "skip ssl verify",
    "skip ssl validation",
    "git ssl no verify",
    "trust server certificate",
    "disable ssl verification",
    "disable tls verification",
    "tls insecure",
    "ssl insecure",
    "allow invalid certificates",
];

pub fn check(file: &SettingsFile, cx: &mut Context<'_>) {
    if !file.is_production() {
        return;
    }
    let source = &cx.workspace.document(file.source).source;
    for setting in file.settings.iter().filter(|setting| !matches!(setting.form, Form::Open | Form::List)) {
        let value = setting.text(source).trim().to_ascii_lowercase();
        let words = || name_words(&setting.name).join(" ");
        let ends = |list: &[&str]| ends_with_one(&words(), list);
        let is = |wanted: bool| truth(&value) == Some(wanted) || value == if wanted { "1" } else { "0" };
        let in_address = value.contains("trustservercertificate=true") || value.contains("sslverify=false");
        // SAML names the one certificate that it takes, which need not be signed by anybody.
        let is_pinned = || words().split(' ').any(|word| word == "saml");
        let is_off = (is(false) && ends(CHECKS) && !is_pinned()) || (is(true) && ends(SKIPS)) || in_address;
        if is_off && !stays_in_cluster(file, &setting.name, source) {
            cx.report(file.place(setting.key), format!("{} lets production talk to whoever answers", setting.name))
                .about(&*setting.name)
                .label("switches the check of certificates off")
                .in_production("any machine on the way can pose as the other side, read what is sent and answer in its name")
                .help(
                    "let the check stay on, and add the authority that signed the certificate to those that the service trusts",
                );
        }
    }
}

/// Whether the address beside a setting, or beside the map that it stands in, is one of a Service of the cluster.
fn stays_in_cluster(file: &SettingsFile, name: &str, source: &Source) -> bool {
    let mut around = name.rmatch_indices('.').take(2).map(|(at, _)| &name[..at]);
    let endpoint = around.find_map(|map| file.find(&format!("{map}.endpoint")));
    endpoint.is_some_and(|entry| host_of(entry.text(source)).is_some_and(|host| host.contains(".svc")))
}
