//! What does the name of an image tell? Which build it is, and what kind of program runs in it.

use std::borrow::Cow;

use crate::document::Known;
use crate::document::yaml::Node;
use crate::path;

/// An image by its parts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Image<'a> {
    /// Registry and repository.
    pub name: &'a str,
    /// Its tag.
    pub tag: Option<&'a str>,
    /// A digest says which build it is.
    pub has_digest: bool,
}

impl<'a> Image<'a> {
    /// The parts of a reference. The colon of a registry's port is none of a tag's.
    pub fn of(reference: &'a str) -> Self {
        let (rest, has_digest) = reference.split_once('@').map_or((reference, false), |(rest, _)| (rest, true));
        match rest.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => Self { name, tag: Some(tag), has_digest },
            _ => Self { name: rest, tag: None, has_digest },
        }
    }

    /// The last part of its name.
    pub fn program(&self) -> &'a str {
        path::name(self.name)
    }

    /// Whether it only keeps a pod: `pause`, `pause-amd64`.
    pub fn is_pause(&self) -> bool {
        self.program().strip_prefix("pause").is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    }

    /// Whether a word of its name is one of these.
    pub fn is_one_of(&self, names: &[&str]) -> bool {
        // `redis-stack` and `cp-kafka` are still what they are made of; `redis-commander` is close enough to be left alone.
        let mut words = self.program().split(['-', '_', '.']);
        words.any(|word| names.iter().any(|name| name.eq_ignore_ascii_case(word)))
    }

    /// A database, a cache or a broker: it speaks a protocol of its own, and a connection is what its clients ask for.
    pub fn is_store(&self) -> bool {
        self.is_one_of(STORES)
    }

    /// A server of static pages.
    pub fn is_web_server(&self) -> bool {
        ["nginx", "httpd", "caddy", "apache", "apache2", "static", "lighttpd"].contains(&self.program())
    }

    /// A program that is known to take its time to start.
    pub fn starts_slowly(&self) -> bool {
        self.is_one_of(SLOW)
    }
}

const STORES: &[&str] = &[
    "postgres",
    "postgresql",
    "pgbouncer",
    "pgpool",
    "timescaledb",
    "postgis",
    "mysql",
    "mariadb",
    "percona",
    "mongo",
    "mongodb",
    "redis",
    "valkey",
    "keydb",
    "dragonfly",
    "memcached",
    "rabbitmq",
    "kafka",
    "redpanda",
    "zookeeper",
    "cassandra",
    "scylla",
    "elasticsearch",
    "opensearch",
    "etcd",
    "nats",
    "mosquitto",
    "activemq",
    "pulsar",
    "clickhouse",
    "cockroach",
    "cockroachdb",
    "influxdb",
    "neo4j",
    "couchdb",
    "rethinkdb",
    "mssql",
    "oracle",
    "haproxy",
    "envoy",
    "openldap",
    "sftp",
    "smtp",
    "postfix",
    "dns",
    "coredns",
];

const SLOW: &[&str] = &[
    "java",
    "openjdk",
    "jdk",
    "jre",
    "temurin",
    "corretto",
    "tomcat",
    "jetty",
    "wildfly",
    "jboss",
    "spring",
    "keycloak",
    "sonarqube",
    "jenkins",
    "nexus",
    "nexus3",
    "elasticsearch",
    "opensearch",
    "logstash",
    "kafka",
    "cassandra",
    "neo4j",
    "solr",
    "confluence",
    "jira",
    "bitbucket",
    "artifactory",
    "camunda",
    "gitlab",
    "discourse",
    "vllm",
    "triton",
    "tritonserver",
    "torchserve",
];

/// Something writes all of a reference before it is applied: no repository is called in capitals (`IMAGE_URL`), nor
/// `$IMAGE` or `<your-image>`, and `ko://` begins the path of a program that ko builds and puts a digest for.
fn is_stand_in(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-');
    let in_capitals = text.bytes().all(is_word) && text.bytes().any(|byte| byte.is_ascii_uppercase());
    let is_bracketed =
        [('<', '>'), ('[', ']'), ('{', '}')].iter().any(|(open, close)| text.starts_with(*open) && text.ends_with(*close));
    in_capitals || is_bracketed || text.starts_with("ko://") || (text.starts_with('$') && !text.contains(['/', ':']))
}

/// The reference that a container names; nothing where something else writes it; with a template in it, only if what decides stands behind the template.
pub fn reference(image: Node<'_>) -> Option<Cow<'_, str>> {
    match image.text() {
        Known::Is(Cow::Borrowed(text)) => Some(text.trim()).filter(|text| !is_stand_in(text)).map(Cow::Borrowed),
        Known::Is(Cow::Owned(text)) => Some(text.trim().to_owned()).filter(|text| !is_stand_in(text)).map(Cow::Owned),
        Known::Absent => None,
        Known::Unknown => {
            let end = image.written().rsplit(['}', '>', ')']).next().unwrap_or_default();
            (end.contains('/') || end.starts_with(':')).then(|| Cow::Borrowed(image.written()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        let image = |name, tag, has_digest| Image { name, tag, has_digest };
        assert_eq!(Image::of("web"), image("web", None, false));
        assert_eq!(Image::of("web:1.2"), image("web", Some("1.2"), false));
        assert_eq!(Image::of("registry:5000/web"), image("registry:5000/web", None, false));
        assert_eq!(Image::of("registry:5000/web:1"), image("registry:5000/web", Some("1"), false));
        assert_eq!(Image::of("web:latest@sha256:ab"), image("web", Some("latest"), true));
    }

    #[test]
    fn whole_references_that_somebody_fills_in() {
        for text in [
            "CONTAINER_IMAGE",
            "IMAGE",
            "$IMAGE_URL",
            "{IMAGE}",
            "<YOUR-CONTAINER>",
            "<image_url>",
            "ko://knative.dev/serving/cmd/webhook",
        ] {
            assert!(is_stand_in(text), "{text}");
        }
        for text in ["web", "REGION-docker.pkg.dev/PROJECT_ID/web:latest", "redis", "quay.io/a/b", "2048"] {
            assert!(!is_stand_in(text), "{text}");
        }
    }

    #[test]
    fn trades() {
        assert!(Image::of("docker.io/bitnami/postgresql:16").is_store());
        assert!(Image::of("confluentinc/cp-kafka").is_store());
        assert!(!Image::of("shop/orders:1").is_store());
        assert!(Image::of("nginx:1.27").is_web_server());
        assert!(!Image::of("ingress-nginx/controller").is_web_server());
        assert!(Image::of("eclipse-temurin:21").starts_slowly());
    }
}
