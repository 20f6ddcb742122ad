//! How can a container be asked whether it is ready? By what runs in it: most servers of data speak no HTTP.

use crate::workspace::container::{Container, Port};
use crate::workspace::image::Image;

/// Programs by a word of their image's name, and the command that asks each; it comes with the image.
const COMMANDS: &[(&[&str], &str)] = &[
    (&["postgres", "postgresql", "postgis", "timescaledb"], "[pg_isready]"),
    (&["redis", "valkey", "keydb"], "[redis-cli, ping]"),
    (&["mysql", "percona"], "[mysqladmin, ping]"),
    (&["mariadb"], "[healthcheck.sh, --connect, --innodb_initialized]"),
    (&["mongo", "mongodb"], "[mongosh, --quiet, --eval, \"db.adminCommand('ping')\"]"),
    (&["rabbitmq"], "[rabbitmq-diagnostics, -q, check_port_connectivity]"),
    (&["cassandra"], "[cqlsh, -e, describe cluster]"),
];

/// Where some servers of data answer by HTTP.
const PATHS: &[(&[&str], &str, u16)] = &[
    (&["etcd"], "/health", 2379),
    (&["cockroach", "cockroachdb"], "/health?ready=1", 8080),
    (&["clickhouse"], "/ping", 8123),
    (&["coredns"], "/ready", 8181),
    (&["elasticsearch", "opensearch"], "/_cluster/health?local=true", 9200),
    (&["influxdb"], "/health", 8086),
];

/// Ports of protocols that are no HTTP.
const NOT_HTTP: &[i64] = &[
    21, 22, 25, 53, 389, 465, 587, 636, 993, 1433, 1521, 1883, 2049, 2181, 2222, 2379, 2380, 3306, 4222, 4317, 5432, 5671, 5672,
    5701, 6379, 6432, 6650, 7000, 8883, 9042, 9092, 9093, 9094, 11211, 26257, 26379, 27017, 27018, 27019, 33060, 61616,
];

/// Words in the names of ports that say the same.
const NOT_HTTP_NAMES: &[&str] = &[
    "postgres",
    "postgresql",
    "pg",
    "psql",
    "mysql",
    "mariadb",
    "redis",
    "mongo",
    "mongodb",
    "amqp",
    "kafka",
    "ssh",
    "sftp",
    "dns",
    "ldap",
    "smtp",
    "mqtt",
    "nats",
    "memcache",
    "memcached",
    "memcd",
    "tcp",
    "sql",
    "db",
];

/// A readiness probe for a container that is asked at a port, ready to paste. `is_udp` where the port takes no connections.
pub fn readiness(container: &Container<'_>, port: &Port<'_>, is_udp: bool) -> String {
    let image = container.image();
    let image = image.as_deref().map(Image::of);
    let runs = |words: &[&str]| image.is_some_and(|image| image.is_one_of(words));
    let plain = |question: String| {
        format!("ask what answers only once the container can serve:\nreadinessProbe:\n  {question}\n  periodSeconds: 5")
    };
    if let Some((_, command)) = COMMANDS.iter().find(|(words, _)| runs(words)) {
        return plain(format!("exec: {{ command: {command} }}"));
    }
    if let Some((_, path, port)) = PATHS.iter().find(|(words, ..)| runs(words)) {
        return plain(format!("httpGet: {{ path: {path}, port: {port} }}"));
    }
    if is_udp && !asks_dns(port) {
        return "ask the program by a command that comes with it: no probe of Kubernetes speaks UDP\nreadinessProbe:\n  exec: { command: [...] }\n  periodSeconds: 5".to_owned();
    }
    if is_grpc(port)
        && let Port::Number(number) = port
    {
        return plain(format!("grpc: {{ port: {number} }}"));
    }
    if image.is_some_and(|image| image.is_store()) || speaks_no_http(container, port) {
        return plain(format!("tcpSocket: {{ port: {port} }}"));
    }
    format!(
        "ask an endpoint that answers only once the container can serve:\n\
         readinessProbe:\n  httpGet: {{ path: /readyz, port: {port} }}\n  periodSeconds: 5"
    )
}

/// Its number or its name belongs to another protocol.
fn speaks_no_http(container: &Container<'_>, port: &Port<'_>) -> bool {
    let words = |name: &str| name.split(['-', '_', '.']).any(|word| NOT_HTTP_NAMES.contains(&word));
    match port {
        Port::Number(number) => NOT_HTTP.contains(number),
        Port::Name(name) => {
            words(name) || container.port_named(name).into_option().is_some_and(|number| NOT_HTTP.contains(&number))
        }
    }
}

/// Servers of DNS answer by TCP as well.
fn asks_dns(port: &Port<'_>) -> bool {
    match port {
        Port::Number(number) => *number == 53,
        Port::Name(name) => name.starts_with("dns"),
    }
}

/// The port that gRPC servers listen on by custom.
fn is_grpc(port: &Port<'_>) -> bool {
    matches!(port, Port::Number(50051))
}
